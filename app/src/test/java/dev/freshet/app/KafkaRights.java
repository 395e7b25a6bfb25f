package dev.freshet.app;

import static org.assertj.core.api.Assertions.assertThat;

import dev.freshet.embedded.EmbeddedStack;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.common.acl.AccessControlEntry;
import org.apache.kafka.common.acl.AclBinding;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.acl.AclPermissionType;
import org.apache.kafka.common.resource.PatternType;
import org.apache.kafka.common.resource.ResourcePattern;
import org.apache.kafka.common.resource.ResourceType;

/** A broker that asks who somebody is and lets nobody do what was not granted. */
final class KafkaRights {

  private static final String LOGIN = "org.apache.kafka.common.security.plain.PlainLoginModule";
  private static final String ADMIN = "admin";
  private static final String PASSWORD = "of-sixteen-and-more-letters";
  private static final Map<String, ResourceType> RESOURCES =
      Map.of(
          "--topic", ResourceType.TOPIC,
          "--group", ResourceType.GROUP,
          "--transactional-id", ResourceType.TRANSACTIONAL_ID);

  private KafkaRights() {}

  static EmbeddedStack.Builder enforce(EmbeddedStack.Builder builder) {
    return builder
        .kafkaSetting(
            "listener.security.protocol.map", "PLAINTEXT:SASL_PLAINTEXT,CONTROLLER:PLAINTEXT")
        .kafkaSetting("inter.broker.listener.name", "PLAINTEXT")
        .kafkaSetting("sasl.enabled.mechanisms", "PLAIN")
        .kafkaSetting("sasl.mechanism.inter.broker.protocol", "PLAIN")
        .kafkaSetting(
            "listener.name.plaintext.plain.sasl.jaas.config",
            "%s required username=\"%s\" password=\"%s\" user_%s=\"%s\" user_freshet=\"%s\";"
                .formatted(LOGIN, ADMIN, PASSWORD, ADMIN, PASSWORD, PASSWORD))
        .kafkaSetting(
            "authorizer.class.name", "org.apache.kafka.metadata.authorizer.StandardAuthorizer")
        // The controller's own listener knows no users.
        .kafkaSetting("super.users", "User:" + ADMIN + ";User:ANONYMOUS");
  }

  static Map<String, Object> client(EmbeddedStack stack, String user, String password) {
    return Map.of(
        "bootstrap.servers",
        stack.kafkaBootstrap(),
        "security.protocol",
        "SASL_PLAINTEXT",
        "sasl.mechanism",
        "PLAIN",
        "sasl.jaas.config",
        jaas(user, password));
  }

  /** The same for a config file. */
  static String clientYaml(String password) {
    return "{ security.protocol: SASL_PLAINTEXT, sasl.mechanism: PLAIN, sasl.jaas.config: '%s' }"
        .formatted(jaas("freshet", password));
  }

  private static String jaas(String user, String password) {
    return "%s required username=\"%s\" password=\"%s\";".formatted(LOGIN, user, password);
  }

  /** Grants what the lines with {@code kafka-acls.sh} of a guide grant. */
  static void grant(EmbeddedStack stack, String guide) throws Exception {
    List<AclBinding> bindings = new ArrayList<>();
    guide
        .lines()
        .filter(line -> line.startsWith("kafka-acls.sh "))
        .forEach(line -> bindings.addAll(bindings(line)));
    assertThat(bindings).isNotEmpty();
    try (Admin admin = Admin.create(client(stack, ADMIN, PASSWORD))) {
      admin.createAcls(bindings).all().get();
    }
  }

  private static List<AclBinding> bindings(String line) {
    List<String> words = List.of(line.split(" ", -1));
    String principal = words.get(words.indexOf("--allow-principal") + 1);
    assertThat(words).containsSequence("--resource-pattern-type", "prefixed");
    List<AclBinding> bindings = new ArrayList<>();
    RESOURCES.forEach(
        (option, type) -> {
          if (words.contains(option)) {
            String name = words.get(words.indexOf(option) + 1);
            for (int i = 0; i < words.size() - 1; i++) {
              if (words.get(i).equals("--operation")) {
                bindings.add(
                    new AclBinding(
                        new ResourcePattern(type, name, PatternType.PREFIXED),
                        new AccessControlEntry(
                            principal, "*", operation(words.get(i + 1)), AclPermissionType.ALLOW)));
              }
            }
          }
        });
    return bindings;
  }

  private static AclOperation operation(String word) {
    String name = word.replaceAll("([a-z])([A-Z])", "$1_$2").toUpperCase(Locale.ROOT);
    return AclOperation.fromString(name);
  }
}
