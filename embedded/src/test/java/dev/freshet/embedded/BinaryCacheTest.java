package dev.freshet.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BinaryCacheTest {
  private final Path temp;

  BinaryCacheTest(@TempDir Path temp) {
    this.temp = temp;
  }

  @Test
  void anEntryIsMadeOnceAndTheFasterOfTwoMakersWins() throws IOException {
    BinaryCache cache = new BinaryCache(temp);
    Path entry =
        cache.get(
            "entry",
            mine -> {
              cache.get("entry", theirs -> fill(theirs, "theirs"));
              fill(mine, "mine");
            });
    assertThat(entry.resolve("file")).hasContent("theirs");
    cache.get("entry", again -> fill(again, "again"));
    assertThat(entry.resolve("file")).hasContent("theirs");
    try (Stream<Path> all = Files.list(temp)) {
      assertThat(all).containsExactly(entry);
    }
  }

  @Test
  void aFailedMakerLeavesNothing() throws IOException {
    BinaryCache cache = new BinaryCache(temp);
    assertThatThrownBy(
            () ->
                cache.get(
                    "entry",
                    target -> {
                      fill(target, "half");
                      throw new IOException("disk full");
                    }))
        .hasMessage("disk full");
    assertThat(temp).isEmptyDirectory();
  }

  @Test
  void whatDeadMakersLeftIsRemoved() throws IOException {
    Path abandoned = temp.resolve(".entry.4194999.1");
    fill(abandoned, "half");
    Path unfinished = temp.resolve(".other.4194999.1"); // as seen from another container
    fill(unfinished, "half");
    Files.setLastModifiedTime(abandoned, FileTime.from(Instant.EPOCH));
    new BinaryCache(temp).get("entry", target -> fill(target, "whole"));
    assertThat(abandoned).doesNotExist();
    assertThat(unfinished).exists();
  }

  @Test
  void platformsAreNamedAsThePackagesNameThem() {
    assertThat(Platform.of("Linux", "amd64").postgresArchive())
        .isEqualTo("postgres-linux-x86_64.txz");
    assertThat(Platform.of("Linux", "aarch64").redisServer())
        .isEqualTo("redis-server-6.2.7-linux-arm64");
    assertThat(Platform.of("Mac OS X", "aarch64").toString()).isEqualTo("darwin on arm64");
    assertThat(BinaryCache.resource(Platform.of("Plan 9", "mips").postgresArchive())).isNull();
  }

  private static void fill(Path folder, String text) throws IOException {
    Files.createDirectories(folder);
    Files.writeString(folder.resolve("file"), text);
  }
}
