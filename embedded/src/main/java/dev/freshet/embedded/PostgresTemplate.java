package dev.freshet.embedded;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;

/**
 * A new, empty database system, made once per build of Postgres and then copied: the copy takes a
 * sixth of the time of {@code initdb}.
 */
record PostgresTemplate(
    BinaryCache cache, PostgresBinaries binaries, Privileges privileges, RandomGenerator random) {
  /** Part of the cache entry's name: to be raised when {@link #initialize} changes. */
  private static final int FORM = 1;

  private static final Duration INITDB_LIMIT = Duration.ofSeconds(60);

  /** Makes a database system in a folder that does not exist or is empty: whole, or not at all. */
  void create(Path data) throws IOException {
    Path unfinished = data.resolveSibling(data.getFileName() + ".new");
    new FileTree(unfinished).delete();
    Files.createDirectories(data.getParent());
    Path template =
        cache.get(binaries.identity() + "-template-" + FORM, target -> initialize(target));
    Files.createDirectory(
        unfinished,
        PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    new FileTree(template).copyInto(unfinished);
    try {
      SystemIdentifier.set(unfinished, random.nextLong(1L << 40, Long.MAX_VALUE));
    } catch (IOException e) {
      // A release that keeps its identifier elsewhere: then not from the template.
      new FileTree(unfinished).delete();
      initialize(unfinished);
    }
    privileges.own(unfinished);
    Files.move(unfinished, data, StandardCopyOption.ATOMIC_MOVE);
  }

  private void initialize(Path data) throws IOException {
    Files.createDirectory(data);
    privileges.own(data);
    List<String> words = new ArrayList<>(privileges.words());
    words.addAll(
        List.of(
            binaries.initdb().toString(),
            "--pgdata=" + data,
            "--username=" + PostgresServer.USER,
            "--auth=trust",
            "--encoding=UTF8",
            "--no-locale",
            "--no-sync"));
    // With TZ set, initdb need not try every time zone to find out which one is ours.
    Command initdb = Command.run(words, Map.of("TZ", "UTC"), INITDB_LIMIT);
    if (!initdb.succeeded()) {
      throw new StackException(
          "initdb failed with status " + initdb.status(),
          initdb.output(),
          "check that " + data.getParent() + " is writable and has room for 40 MB");
    }
    Files.writeString(
        data.resolve("postgresql.conf"),
        "\ninclude_if_exists = '" + PostgresServer.SETTINGS_FILE + "'\n",
        UTF_8,
        StandardOpenOption.APPEND);
  }
}
