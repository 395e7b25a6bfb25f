package dev.freshet.app;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import dev.freshet.runtime.config.ConfigProblems;
import dev.freshet.runtime.config.Environment;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The containers, checked without an engine: what each service must have, and that files fit. */
class ComposeTest {

  private static final Set<String> PROFILES = Set.of("roles", "connect", "observe", "insight");
  private static final Pattern PINNED = Pattern.compile("[a-z0-9./-]+:v?[0-9]+\\.[0-9][^:]*");
  private static final Pattern LOOPBACK = Pattern.compile("127\\.0\\.0\\.1:[0-9]+:[0-9]+");
  private static final Pattern VARIABLE = Pattern.compile("(?<!\\$)\\$\\{?[A-Za-z_]");
  private static final String SECRETS = "/run/secrets/";

  private final Compose compose = Compose.read();
  private final List<String> wrong = new ArrayList<>();

  @Test
  void composeItselfFindsTheFileInOrder() throws Exception {
    Program program = Program.named("docker-compose", "docker-compose");
    List<String> words = new ArrayList<>();
    PROFILES.forEach(profile -> words.addAll(List.of("--profile", profile)));
    words.addAll(List.of("-f", Compose.FILE, "config", "-q"));
    assertThat(program.run(Map.of(), words.toArray(String[]::new))).isEqualTo("exit 0\n");
  }

  @Test
  void everyServiceIsPinnedWatchedAndBounded() {
    compose.services().forEach(this::checkService);
    assertThat(wrong).as(Compose.FILE).isEmpty();
  }

  private void checkService(String name, Map<String, Object> service) {
    need(name, "an image with a version", PINNED.matcher(Compose.text(service, "image")).matches());
    need(
        name,
        "a health check",
        !Compose.list(Compose.map(service, "healthcheck"), "test").isEmpty());
    Map<String, Object> limits = Compose.map(service, "deploy", "resources", "limits");
    need(name, "limits of cpus and memory", limits.keySet().equals(Set.of("cpus", "memory")));
    need(name, "a restart policy", !Compose.text(service, "restart").isEmpty());
    need(
        name,
        "no-new-privileges",
        Compose.list(service, "security_opt").contains("no-new-privileges:true"));
    need(name, "a bounded log", !Compose.map(service, "logging", "options").isEmpty());
    for (String port : Compose.list(service, "ports")) {
      need(name, "ports of 127.0.0.1 alone, found " + port, LOOPBACK.matcher(port).matches());
    }
    for (String profile : Compose.list(service, "profiles")) {
      need(name, "a known profile, found " + profile, PROFILES.contains(profile));
    }
    for (String volume : Compose.list(service, "volumes")) {
      checkVolume(name, volume.split(":", -1)[0]);
    }
    for (String secret : Compose.list(service, "secrets")) {
      need(name, "a declared secret, found " + secret, compose.secrets().containsKey(secret));
    }
    Compose.map(service, "depends_on")
        .forEach(
            (other, how) -> {
              need(name, "a service " + other, compose.services().containsKey(other));
              need(
                  name,
                  "to wait until " + other + " is healthy",
                  Compose.text(Compose.map(how), "condition").equals("service_healthy"));
            });
    Compose.scalars(service)
        .filter(text -> VARIABLE.matcher(text).find())
        .forEach(text -> need(name, "no variable of the host, found " + text, false));
    Set<String> granted = Set.copyOf(Compose.list(service, "secrets"));
    Compose.scalars(service)
        .filter(text -> text.startsWith(SECRETS))
        .map(text -> text.substring(SECRETS.length()))
        .forEach(secret -> need(name, "the secret " + secret, granted.contains(secret)));
  }

  private void checkVolume(String name, String source) {
    if (source.startsWith(".")) {
      need(name, "a file " + source, Files.exists(Repository.ROOT.resolve(source).normalize()));
    } else {
      need(name, "a volume " + source, Compose.map(compose.all(), "volumes").containsKey(source));
    }
  }

  private void need(String service, String what, boolean isThere) {
    if (!isThere) {
      wrong.add(service + " needs " + what);
    }
  }

  @Test
  void freshetRunsWithoutRightsOnAReadOnlyFileSystem() {
    compose.services().entrySet().stream()
        .filter(service -> service.getKey().startsWith("freshet"))
        .forEach(
            service -> {
              Map<String, Object> its = service.getValue();
              need(service.getKey(), "read_only", Boolean.TRUE.equals(its.get("read_only")));
              need(
                  service.getKey(), "no capability", Compose.list(its, "cap_drop").contains("ALL"));
            });
    assertThat(wrong).isEmpty();
    assertThat(Repository.read("Dockerfile").lines())
        .contains("USER freshet")
        .anyMatch(line -> line.startsWith("HEALTHCHECK "))
        .filteredOn(line -> line.startsWith("FROM "))
        .allMatch(line -> PINNED.matcher(line.split(" ", -1)[1]).matches());
  }

  @Test
  void everyRoleHasAContainerAndNothingElseIsRun() {
    Set<String> run = new TreeSet<>();
    compose.services().values().stream()
        .map(service -> Compose.list(service, "command"))
        .filter(command -> !command.isEmpty() && command.get(0).equals("run"))
        .forEach(command -> run.addAll(command.subList(1, command.size())));
    assertThat(run).containsExactlyInAnyOrderElementsOf(Roles.names());
  }

  @Test
  void theConfigHasNoProblemsWithTheSecretsThatAreMounted() {
    Map<String, String> mounted = new HashMap<>();
    Compose.list(Compose.map(compose.all(), "services", "freshet"), "secrets")
        .forEach(secret -> mounted.put(SECRETS + secret, secret + "-0123456789abcdef"));
    assertThat(
            ConfigFile.parse(
                    Repository.read("docker/freshet.yaml"),
                    "docker/freshet.yaml",
                    Environment.of(Map.of(), mounted))
                .fold(accepted -> "", ConfigProblems::text))
        .isEmpty();
  }

  @Test
  void everySecretIsMadeByTheScript() {
    String script = Repository.read("docker/make-secrets");
    assertThat(compose.secrets().keySet())
        .allSatisfy(secret -> assertThat(script).containsPattern("\\b" + secret + "\\b"));
    assertThat(compose.secrets())
        .allSatisfy((name, file) -> assertThat(file).isEqualTo("./docker/secrets/" + name));
  }

  @Test
  void prometheusAsksEveryContainer() {
    Set<String> asked = new TreeSet<>();
    Compose.scalars(Compose.yaml("observability/prometheus/prometheus.yml"))
        .filter(text -> text.startsWith("freshet"))
        .filter(text -> !text.endsWith(".yml"))
        .forEach(asked::add);
    assertThat(asked)
        .containsExactlyInAnyOrderElementsOf(
            compose.services().keySet().stream().filter(n -> n.startsWith("freshet")).toList());
  }

  @Test
  void theHealthCheckTellsWellFromNot() throws Exception {
    Program check = new Program(Repository.ROOT.resolve("docker/healthcheck"));
    HttpServer server =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    answer(server, "/livez", 200);
    answer(server, "/readyz", 503);
    server.start();
    String port = Integer.toString(server.getAddress().getPort());
    try {
      assertThat(check.run(Map.of(), "livez", port)).startsWith("exit 0");
      assertThat(check.run(Map.of(), "readyz", port)).startsWith("exit 1");
    } finally {
      server.stop(0);
    }
    assertThat(check.run(Map.of(), "livez", port)).startsWith("exit 1");
  }

  private static void answer(HttpServer server, String path, int status) {
    server.createContext(
        path,
        exchange -> {
          exchange.sendResponseHeaders(status, -1);
          exchange.close();
        });
  }

  @Test
  void theDocumentedProfilesAreThese() {
    Set<String> used = new TreeSet<>();
    compose.services().values().stream()
        .flatMap(service -> Compose.list(service, "profiles").stream())
        .forEach(used::add);
    assertThat(used).isEqualTo(new TreeSet<>(PROFILES));
    String guide = Repository.read("docs/guides/containers.md");
    assertThat(PROFILES).allSatisfy(profile -> assertThat(guide).contains("| `" + profile + "` |"));
    assertThat(Stream.of("docker/make-secrets", "docker compose up -d --wait"))
        .allSatisfy(command -> assertThat(guide).contains(command));
  }
}
