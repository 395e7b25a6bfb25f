package dev.freshet.embedded;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Set;

/**
 * A copy of a running primary's files from which a standby can start: what {@code pg_basebackup}
 * makes, which the packaged Postgres lacks. Pages torn by the copy, and files that grow or vanish
 * meanwhile, are mended by the log written since its start.
 *
 * @param data the primary's data folder, on this machine
 */
record BaseBackup(PostgresAddress primary, Path data) {

  /** Made anew by each server, or of one server only; their folders are there, but empty. */
  private static final Set<String> EMPTY_FOLDERS =
      Set.of(
          "pg_wal",
          "pg_replslot",
          "pg_dynshmem",
          "pg_notify",
          "pg_serial",
          "pg_snapshots",
          "pg_stat_tmp",
          "pg_subtrans");

  private static final Set<String> OWN_FILES =
      Set.of("postmaster.pid", "postmaster.opts", "standby.signal", PostgresServer.SETTINGS_FILE);

  private static final String TEMPORARY = "pgsql_tmp";

  /** Where the checkpoint to start from is found: must not be older than any other file. */
  private static final Path CONTROL = Path.of("global", "pg_control");

  /**
   * Copies into a folder that does not exist.
   *
   * @param slot a physical replication slot to make, so that the log since the copy is kept until
   *     the standby has it
   */
  void copyInto(Path target, String slot) throws IOException {
    // One session: Postgres gives a backup up when the one that began it ends.
    try (Connection connection =
            DriverManager.getConnection(primary.jdbcUrl(), primary.user(), primary.password());
        Statement statement = connection.createStatement()) {
      reserve(connection, slot);
      statement.execute("SELECT pg_backup_start('standby', fast => true)");
      copyFiles(target);
      try (ResultSet row =
          statement.executeQuery(
              "SELECT labelfile, spcmapfile FROM pg_backup_stop(wait_for_archive => false)")) {
        row.next();
        refuseTablespaces(row.getString(2));
        Files.writeString(target.resolve("backup_label"), row.getString(1), UTF_8);
      }
    } catch (SQLException e) {
      throw new IOException("the primary at " + primary + " gives no base backup", e);
    }
  }

  private static void reserve(Connection connection, String slot) throws SQLException {
    try (PreparedStatement statement =
        connection.prepareStatement(
            "SELECT pg_create_physical_replication_slot(?, true) WHERE NOT EXISTS"
                + " (SELECT 1 FROM pg_replication_slots WHERE slot_name = ?)")) {
      statement.setString(1, slot);
      statement.setString(2, slot);
      statement.execute();
    }
  }

  private static void refuseTablespaces(String map) throws IOException {
    if (map != null && !map.isBlank()) {
      throw new IOException("a standby of a primary with tablespaces is not supported: " + map);
    }
  }

  private void copyFiles(Path target) throws IOException {
    Files.createDirectory(
        target, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    Files.walkFileTree(data, new Copy(target));
    copy(data.resolve(CONTROL), target.resolve(CONTROL));
    Files.createDirectory(target.resolve("pg_wal").resolve("archive_status"));
  }

  private static void copy(Path file, Path copy) throws IOException {
    Files.copy(file, copy, StandardCopyOption.COPY_ATTRIBUTES);
  }

  private final class Copy extends LiveFiles {
    private final Path target;

    Copy(Path target) {
      this.target = target;
    }

    @Override
    public FileVisitResult preVisitDirectory(Path folder, BasicFileAttributes attributes)
        throws IOException {
      Path relative = data.relativize(folder);
      if (folder.equals(data)) {
        return FileVisitResult.CONTINUE;
      }
      if (relative.getFileName().toString().startsWith(TEMPORARY)) {
        return FileVisitResult.SKIP_SUBTREE;
      }
      copy(folder, target.resolve(relative));
      return EMPTY_FOLDERS.contains(relative.toString())
          ? FileVisitResult.SKIP_SUBTREE
          : FileVisitResult.CONTINUE;
    }

    @Override
    public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
      Path relative = data.relativize(file);
      if (!OWN_FILES.contains(relative.toString()) && !relative.equals(CONTROL)) {
        try {
          copy(file, target.resolve(relative));
        } catch (NoSuchFileException dropped) {
          return FileVisitResult.CONTINUE;
        }
      }
      return FileVisitResult.CONTINUE;
    }
  }
}
