package dev.freshet.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DataFolderTest {
  private static final List<String> SERVERS = List.of("postgres", "redis");

  private final Path temp;

  DataFolderTest(@TempDir Path temp) {
    this.temp = temp;
  }

  private DataFolder open(Path folder) {
    return DataFolder.open(Optional.of(folder), new TemporaryFolders(temp));
  }

  @Test
  void aFolderIsForOneAtATimeAndTheErrorNamesTheHolder() throws IOException {
    Path folder = temp.resolve("data");
    try (DataFolder first = open(folder)) {
      assertThatThrownBy(() -> open(folder))
          .isInstanceOf(StackException.class)
          .hasMessageContaining(first.path().toString())
          .hasMessageContaining("this process (pid " + ProcessHandle.current().pid() + ")");
      // The failed attempt must not have released the lock.
      assertThat(FolderLock.tryTake(first.path())).isEmpty();
    }
    open(folder).close();
    assertThat(folder).exists();
  }

  @Test
  void portsAreRememberedWhileTheyAreFree() throws IOException {
    Map<String, Integer> first;
    try (DataFolder folder = open(temp.resolve("data"))) {
      first = folder.ports(SERVERS, new Ports(new Random(1)));
    }
    try (DataFolder folder = open(temp.resolve("data"));
        ServerSocket taken =
            new ServerSocket(first.getOrDefault("redis", 0), 1, InetAddress.getLoopbackAddress())) {
      Map<String, Integer> second = folder.ports(SERVERS, new Ports(new Random(2)));
      assertThat(second.get("postgres")).isEqualTo(first.get("postgres"));
      assertThat(second.get("redis")).isNotEqualTo(taken.getLocalPort());
      assertThat(folder.ports(SERVERS, new Ports(new Random(3)))).isEqualTo(second);
    }
  }

  @Test
  void portsThatMakeNoSenseAreReplaced() throws IOException {
    try (DataFolder folder = open(temp.resolve("data"))) {
      Files.writeString(folder.path().resolve("ports.properties"), "postgres=x\nredis=99999\n");
      assertThat(folder.ports(SERVERS, new Ports(new Random(1))).values())
          .allMatch(port -> port <= Ports.HIGHEST);
    }
  }

  @Test
  void aFolderThatCannotBeMadeIsNamed() throws IOException {
    Path file = Files.createFile(temp.resolve("file"));
    assertThatThrownBy(() -> open(file.resolve("data")))
        .isInstanceOf(StackException.class)
        .hasMessageContaining("the data folder " + file.resolve("data") + " cannot be used");
  }

  @Test
  void aTemporaryFolderIsGoneAfterwards() {
    Path path;
    try (DataFolder folder = DataFolder.open(Optional.empty(), new TemporaryFolders(temp))) {
      path = folder.path();
      assertThat(path).exists();
    }
    assertThat(path).doesNotExist();
  }

  @Test
  void onlyFoldersOfDeadOwnersAreSwept() throws IOException {
    TemporaryFolders temporaries = new TemporaryFolders(temp);
    Path unowned = temporaries.create();
    Path dead = temporaries.create();
    Files.writeString(dead.resolve("owner"), ProcessHandle.current().pid() + " 1");
    Path stranger = Files.createDirectory(temp.resolve("somebody-else"));
    Files.writeString(stranger.resolve("owner"), "1 1");
    try (DataFolder living = DataFolder.open(Optional.empty(), temporaries)) {
      assertThat(temporaries.sweep()).containsExactly(dead.toAbsolutePath());
      assertThat(living.path()).exists();
    }
    assertThat(unowned).exists();
    assertThat(stranger).exists();
  }
}
