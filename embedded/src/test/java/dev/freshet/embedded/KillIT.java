package dev.freshet.embedded;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A JVM with a stack is killed ({@code kill -9}). */
@Timeout(120)
class KillIT {
  private static final long END_SECONDS_MAX = 10;

  private final Path temp;

  KillIT(@TempDir Path temp) {
    this.temp = temp;
  }

  @Test
  void nothingIsLeftRunningAndTheDataAreThereAtTheNextStart() throws Exception {
    Path folder = temp.resolve("data");
    try (Child child = Child.start(StackMain.class, List.of(), folder.toString())) {
      try (PostgresWire wire =
          PostgresWire.connect(Integer.parseInt(child.told("postgres")), "postgres", "app")) {
        wire.execute("CREATE TABLE item (id int)");
        wire.execute("INSERT INTO item VALUES (42)");
      }
      try (RedisWire wire = RedisWire.connect(Integer.parseInt(child.told("redis")))) {
        wire.command("SET", "key", "value");
      }
      createTopic(child.told("kafka"));
      assertThatThrownBy(() -> EmbeddedStack.builder().dataFolder(folder).start())
          .isInstanceOf(StackException.class)
          .hasMessageContaining("process " + child.process.pid());
      child.killAndAwaitOrphans(folder);
    }

    try (EmbeddedStack stack = EmbeddedStack.builder().dataFolder(folder).start()) {
      try (PostgresWire wire = PostgresWire.connect(stack.postgres().port(), "postgres", "app")) {
        assertThat(wire.execute("SELECT id FROM item WHERE id = 42")).isTrue();
      }
      try (RedisWire wire = RedisWire.connect(stack.redisServer().port())) {
        assertThat(wire.command("GET", "key")).isEqualTo("value");
      }
      try (Admin admin = Admin.create(Map.of("bootstrap.servers", stack.kafkaBootstrap()))) {
        assertThat(admin.listTopics().names().get(30, TimeUnit.SECONDS)).contains("kept");
      }
    }
  }

  @Test
  void serversThatOutlivedTheirJvmAreEndedAtTheNextStart() throws Exception {
    Path folder = temp.resolve("data");
    Privileges unguarded = new Privileges(Privileges.neverRoot().words(), false, -1, -1);
    ServerSpec spec = ServerSpec.in(folder, "postgres");
    EmbeddedPostgres forgotten = new EmbeddedPostgres(spec, "app", unguarded);
    forgotten.start();
    List<ProcessHandle> old = Orphans.in(folder);
    assertThat(old).isNotEmpty();

    try (EmbeddedPostgres next = new EmbeddedPostgres(spec, "app")) {
      next.start();
      assertThat(old).noneMatch(ProcessHandle::isAlive);
    }
  }

  @Test
  void theFolderOfAKilledJvmIsSwept() throws Exception {
    Path parent = Files.createDirectory(temp.resolve("tmp"));
    try (Child child = Child.start(StackMain.class, List.of("-Djava.io.tmpdir=" + parent))) {
      Path folder = Path.of(child.told("folder"));
      assertThat(folder.getParent()).isEqualTo(parent.toRealPath());
      assertThat(new TemporaryFolders(parent).sweep()).isEmpty();
      child.killAndAwaitOrphans(folder);
      assertThat(new TemporaryFolders(parent).sweep()).hasSize(1);
      assertThat(folder).doesNotExist();
    }
  }

  @Test
  void followersEndWithTheirJvmToo() throws Exception {
    try (Child child = Child.start(FollowersMain.class, List.of(), temp.toString())) {
      List<ProcessHandle> servers = Orphans.in(temp.toRealPath());
      for (String name : List.of("primary", "standby", "first", "second", "node-1", "node-3")) {
        assertThat(Orphans.in(temp.toRealPath().resolve(name))).as(name).isNotEmpty();
      }
      child.killAndAwaitOrphans(temp);
      assertThat(servers).noneMatch(ProcessHandle::isAlive);
    }
  }

  private static void createTopic(String bootstrap) throws Exception {
    try (Admin admin = Admin.create(Map.of("bootstrap.servers", bootstrap))) {
      admin
          .createTopics(List.of(new NewTopic("kept", Optional.of(1), Optional.empty())))
          .all()
          .get(30, TimeUnit.SECONDS);
    }
  }

  /** A JVM running one of our mains, and what it said about its servers. */
  private record Child(Process process, Map<String, String> said) implements AutoCloseable {

    static Child start(Class<?> main, List<String> options, String... arguments)
        throws IOException {
      List<String> words = new ArrayList<>();
      words.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
      words.addAll(List.of("-Xmx512m", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC"));
      words.addAll(options);
      words.addAll(List.of("-cp", System.getProperty("java.class.path")));
      words.add(main.getName());
      words.addAll(List.of(arguments));
      Process process =
          new ProcessBuilder(words).redirectError(ProcessBuilder.Redirect.INHERIT).start();
      Map<String, String> said = new HashMap<>();
      BufferedReader reader =
          new BufferedReader(new InputStreamReader(process.getInputStream(), UTF_8));
      for (String line = reader.readLine(); line != null; line = reader.readLine()) {
        String[] pair = line.split(" ", 2);
        said.put(pair[0], pair.length > 1 ? pair[1] : "");
        if (pair[0].equals("waiting")) {
          break;
        }
      }
      return new Child(process, said);
    }

    String told(String what) {
      return Objects.requireNonNull(said.get(what), () -> what + " is not among " + said);
    }

    void killAndAwaitOrphans(Path folder) throws Exception {
      List<ProcessHandle> servers = Orphans.in(folder.toRealPath());
      assertThat(servers)
          .extracting(server -> server.info().command().orElse("?"))
          .anyMatch(command -> command.endsWith("/postgres"))
          .anyMatch(command -> command.endsWith("server"));
      process.destroyForcibly();
      for (ProcessHandle server : servers) {
        server.onExit().get(END_SECONDS_MAX, TimeUnit.SECONDS);
      }
      assertThat(process.waitFor(END_SECONDS_MAX, TimeUnit.SECONDS)).isTrue();
      assertThat(Orphans.in(folder.toRealPath())).isEmpty();
    }

    @Override
    public void close() {
      process.destroyForcibly();
    }
  }
}
