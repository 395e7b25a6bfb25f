package dev.freshet.app;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The arrows of docs/architecture.md: data flows one way, modules meet on topics. */
class ModuleArrowsTest {

  private static final JavaClasses FRESHET =
      new ClassFileImporter()
          .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
          .importPackages("dev.freshet");

  private static final String[] ROLES = {
    "dev.freshet.ingest..",
    "dev.freshet.invalidation..",
    "dev.freshet.materializer..",
    "dev.freshet.metrics..",
    "dev.freshet.console.."
  };

  @Test
  void eventsKnowNobody() {
    noClasses()
        .that()
        .resideInAPackage("dev.freshet.events..")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(
            with(
                ROLES,
                "dev.freshet.runtime..",
                "dev.freshet.app..",
                "dev.freshet.cache..",
                "dev.freshet.embedded.."))
        .because(
            "events are what everybody shares; move what needs more to the module that needs it")
        .check(FRESHET);
  }

  @Test
  void theRuntimeKnowsEventsOnly() {
    noClasses()
        .that()
        .resideInAPackage("dev.freshet.runtime..")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(
            with(ROLES, "dev.freshet.app..", "dev.freshet.cache..", "dev.freshet.embedded.."))
        .because("the runtime runs any role; pass what it needs in through an interface of its own")
        .check(FRESHET);
  }

  @ParameterizedTest
  @CsvSource({"ingest", "invalidation", "materializer", "metrics", "console"})
  void rolesMeetOnTopicsAlone(String role) {
    String[] others =
        java.util.Arrays.stream(ROLES)
            .filter(other -> !other.equals("dev.freshet." + role + ".."))
            .toArray(String[]::new);
    noClasses()
        .that()
        .resideInAPackage("dev.freshet." + role + "..")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(
            with(others, "dev.freshet.app..", "dev.freshet.cache..", "dev.freshet.embedded.."))
        .because(
            "a role may move to its own JVM: write a topic (events) instead of calling another role")
        .allowEmptyShould(true)
        .check(FRESHET);
  }

  @Test
  void theCacheClientSeesNoKafkaAndNothingOfFreshetElse() {
    noClasses()
        .that()
        .resideInAPackage("dev.freshet.cache..")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(
            with(
                ROLES,
                "org.apache.kafka..",
                "dev.freshet.events..",
                "dev.freshet.runtime..",
                "dev.freshet.app..",
                "dev.freshet.embedded.."))
        .because(
            "applications embed the cache client: it brings Redis and nothing else; copy the few lines you need")
        .allowEmptyShould(true)
        .check(FRESHET);
  }

  @Test
  void theEmbeddedStackKnowsNothingOfFreshet() {
    noClasses()
        .that()
        .resideInAPackage("dev.freshet.embedded..")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(
            with(
                ROLES,
                "dev.freshet.events..",
                "dev.freshet.runtime..",
                "dev.freshet.app..",
                "dev.freshet.cache.."))
        .because("it starts servers for anybody; what knows Freshet belongs into app or the tests")
        .check(FRESHET);
  }

  @ParameterizedTest
  @CsvSource({"recording, dev.freshet.replaytest..", "replaytest, dev.freshet.none.."})
  void recordingsAreForAnybodysTopics(String module, String neither) {
    noClasses()
        .that()
        .resideInAPackage("dev.freshet." + module + "..")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(
            with(
                ROLES,
                neither,
                "dev.freshet.runtime..",
                "dev.freshet.app..",
                "dev.freshet.cache..",
                "dev.freshet.embedded.."))
        .because("a test of somebody else's topology brings neither Freshet's roles nor its app")
        .allowEmptyShould(true) // the fixture is not on this class path
        .check(FRESHET);
  }

  @Test
  void onlyTheRuntimeOwnsKafkaStreams() {
    noClasses()
        .that()
        .resideOutsideOfPackage("dev.freshet.runtime..")
        .should()
        .dependOnClassesThat()
        .haveFullyQualifiedName("org.apache.kafka.streams.KafkaStreams")
        .because(
            "a topology is run by runtime's StreamsService, which shows the error that stopped it")
        .check(FRESHET);
  }

  private static String[] with(String[] packages, String... more) {
    return java.util.stream.Stream.of(packages, more)
        .flatMap(java.util.Arrays::stream)
        .toArray(String[]::new);
  }
}
