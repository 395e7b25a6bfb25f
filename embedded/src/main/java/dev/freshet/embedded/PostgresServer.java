package dev.freshet.embedded;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A Postgres process and its files, whatever the part it plays.
 *
 * <p>Safe for use by several threads; starting and stopping exclude each other.
 */
final class PostgresServer {
  static final String USER = "postgres";
  static final String SETTINGS_FILE = "freshet.conf";

  /** What the last line of {@code postmaster.pid} says once connections are welcome. */
  private static final Set<String> READY = Set.of("ready", "standby");

  private static final Duration START_LIMIT = Duration.ofSeconds(60);
  private static final Duration STOP_LIMIT = Duration.ofSeconds(20);

  private final ServerSpec spec;
  private final Part part;
  private final @Nullable Privileges givenPrivileges;
  private @Nullable ChildProcess child;

  PostgresServer(ServerSpec spec, Part part, @Nullable Privileges privileges) {
    this.spec = spec;
    this.part = part;
    this.givenPrivileges = privileges;
  }

  /** What a primary does in one way and a standby in another. */
  interface Part {
    /** Makes the data, in a folder that does not exist or is empty: whole, or not at all. */
    void create(Path data, PostgresTemplate template) throws IOException;

    /** Settings over the common ones; asked at each start and each reload. */
    Map<String, String> settings();

    /** The server accepts queries: whatever else belongs to a start. */
    void opened(PostgresWire wire) throws IOException;
  }

  /** Starts it on the data that are there, or makes them; returns when it answers. */
  synchronized void start() {
    if (child != null && child.isAlive()) {
      throw new IllegalStateException(spec.name() + " runs already, as process " + child.pid());
    }
    long started = System.nanoTime();
    Orphans.end(spec.data());
    spec.checkPort();
    try {
      Privileges privileges = givenPrivileges == null ? Privileges.neverRoot() : givenPrivileges;
      PostgresBinaries binaries = prepare(privileges);
      ChildProcess starting =
          ChildProcess.start(
              spec,
              // QUIT is the immediate shutdown: with us gone there is nobody to be polite to.
              privileges.diesWithUs(
                  "QUIT", List.of(binaries.server().toString(), "-D", spec.data().toString())),
              Map.of("TZ", "UTC"));
      child = starting;
      String version = starting.awaitReady(START_LIMIT, () -> open(starting.pid()));
      spec.ready("Postgres " + version, started);
    } catch (IOException e) {
      throw new StackException(
          "Postgres could not be prepared in " + spec.data(),
          e.toString(),
          "check that the folder is writable and the disk is not full",
          e);
    }
  }

  /** Stops it as an operator would: sessions are ended, a checkpoint is written. */
  synchronized void stop() {
    end("INT");
  }

  /** Makes it read its settings again; they count soon after this returns, not at once. */
  synchronized void reload() {
    if (child == null) {
      return; // they are written at the next start
    }
    try {
      Files.writeString(spec.data().resolve(SETTINGS_FILE), settings(), UTF_8);
      child.signal("HUP");
    } catch (IOException e) {
      throw new StackException(
          "the settings of " + spec.name() + " cannot be written",
          e.toString(),
          "check that " + spec.data() + " is writable and the disk is not full",
          e);
    }
  }

  /**
   * Kills the postmaster ({@code kill -9}): what was not flushed is recovered at the next start.
   */
  synchronized void kill() {
    if (child != null) {
      child.kill();
      // Its backends notice by themselves, but need not have done so when we return.
      Orphans.end(spec.data());
      child = null;
    }
  }

  /** Stops it at once, without a checkpoint: for data nobody will read again. */
  synchronized void discard() {
    end("QUIT");
  }

  private void end(String signal) {
    if (child != null) {
      child.signal(signal);
      child.awaitEndOrKill(STOP_LIMIT);
      child = null;
    }
  }

  private PostgresBinaries prepare(Privileges privileges) throws IOException {
    Path data = spec.data();
    BinaryCache cache = privileges.stranger() ? BinaryCache.temporary() : BinaryCache.ours();
    PostgresBinaries binaries = PostgresBinaries.locate(cache, spec.progress());
    if (!privileges.guarded()) {
      spec.progress()
          .accept("no setpriv here: Postgres will outlive a killed JVM until next start");
    }
    Files.createDirectories(spec.folder());
    if (privileges.stranger() && !spec.durable()) {
      letPass(spec.folder());
    }
    if (!Files.exists(data.resolve("PG_VERSION"))) {
      part.create(data, new PostgresTemplate(cache, binaries, privileges, new SecureRandom()));
    }
    privileges.own(data);
    if (!privileges.canReach(data) || !privileges.canReach(binaries.server())) {
      throw new StackException(
          "Postgres must not be root, and uid " + privileges.owner() + " cannot reach its files",
          "it needs " + data + " and " + binaries.server(),
          "choose a data folder every user may enter, such as one below /var/lib or /srv");
    }
    dropMisleadingPid(data);
    Files.writeString(data.resolve(SETTINGS_FILE), settings(), UTF_8);
    return binaries;
  }

  private static void letPass(Path folder) throws IOException {
    Set<PosixFilePermission> permissions = Files.getPosixFilePermissions(folder);
    permissions.add(PosixFilePermission.OTHERS_EXECUTE);
    Files.setPosixFilePermissions(folder, permissions);
  }

  /**
   * Postgres refuses to start if the process named in {@code postmaster.pid} lives, though after a
   * crash its number may be another's. No server works here any more, so that is what it would be.
   * If the number is nobody's, the file stays: Postgres uses it to free shared memory.
   */
  private static void dropMisleadingPid(Path data) throws IOException {
    Path file = data.resolve("postmaster.pid");
    if (!Files.exists(file)) {
      return;
    }
    String first = Files.readString(file, UTF_8).lines().findFirst().orElse("").strip();
    if (!first.matches("[0-9]{1,10}") || ProcessHandle.of(Long.parseLong(first)).isPresent()) {
      Files.delete(file);
    }
  }

  /** In a file and not on the command line, so that {@code ALTER SYSTEM} has the last word. */
  private String settings() {
    Map<String, String> ours = new LinkedHashMap<>();
    ours.put("listen_addresses", "127.0.0.1");
    ours.put("port", String.valueOf(spec.port()));
    ours.put("unix_socket_directories", "");
    ours.put("wal_level", "logical");
    ours.put("max_wal_senders", "20");
    ours.put("max_replication_slots", "20");
    ours.put("fsync", "on");
    ours.put("synchronous_commit", "on");
    ours.put("full_page_writes", "on");
    if (Platform.current().os().equals("linux")) {
      // After a crash everything is synced first: one call instead of a thousand (0.2 s, not 1.8).
      ours.put("recovery_init_sync_method", "syncfs");
    }
    ours.put("timezone", "UTC");
    ours.put("log_timezone", "UTC");
    ours.put("log_line_prefix", "%m [%p] %q%a ");
    ours.putAll(part.settings());
    StringBuilder text = new StringBuilder("# Written at each start; change by ALTER SYSTEM.\n");
    spec.over(ours)
        .forEach(
            (key, value) ->
                text.append(key)
                    .append(" = '")
                    .append(value.replace("\\", "\\\\").replace("'", "''"))
                    .append("'\n"));
    return text.toString();
  }

  private String open(long pid) throws IOException {
    // Knocking too early costs a process each time and a line in the log; reading a file does not.
    List<String> status = Files.readAllLines(spec.data().resolve("postmaster.pid"), UTF_8);
    if (status.size() < 8
        || !status.get(0).strip().equals(String.valueOf(pid))
        || !READY.contains(status.get(7).strip())) {
      throw new IOException("it has not said that it is ready");
    }
    try (PostgresWire wire = PostgresWire.connect(spec.port(), USER, "postgres")) {
      part.opened(wire);
      return wire.serverVersion();
    }
  }
}
