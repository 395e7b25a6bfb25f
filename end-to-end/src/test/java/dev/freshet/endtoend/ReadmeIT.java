package dev.freshet.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import dev.freshet.runtime.PostgresConnection;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * The README and then the guides, typed: every line behind a {@code $} is run once, in order,
 * beside the demo that the first one starts.
 */
@Timeout(180)
class ReadmeIT {

  private static final Pattern CONSOLE = Pattern.compile("(?ms)^ *```console$(.*?)^ *```$");
  private static final Pattern SQL = Pattern.compile("psql .*-c \"(.*)\"");
  private static final String DATA = ".freshet/demo";
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  @TempDir Path folder;

  @Test
  void everyCommandDoesWhatItSays() throws Exception {
    List<String> commands = commands();
    assertThat(commands.get(0)).isEqualTo("./freshet demo --data " + DATA);
    try (FreshetProcess demo =
        FreshetProcess.start(
            Map.of(), "demo", "--rate", "20", "--seconds", "150", "--data", data().toString())) {
      demo.awaitLine("violations 0");
      for (String command : commands.subList(1, commands.size())) {
        run(command);
      }
      demo.end();
    }
  }

  private static List<String> commands() throws IOException {
    List<String> commands = new ArrayList<>();
    for (Path page : pages()) {
      Matcher blocks = CONSOLE.matcher(Files.readString(page));
      while (blocks.find()) {
        blocks
            .group(1)
            .lines()
            .map(String::strip)
            .filter(line -> line.startsWith("$ "))
            .forEach(commands::add);
      }
    }
    return commands.stream().map(line -> line.substring(2)).distinct().toList();
  }

  private static List<Path> pages() throws IOException {
    List<Path> pages = new ArrayList<>();
    pages.add(Path.of("..", "README.md"));
    try (Stream<Path> guides = Files.list(Path.of("..", "docs", "guides"))) {
      guides.sorted().forEach(pages::add);
    }
    return pages;
  }

  private Path data() {
    return folder.resolve("demo");
  }

  private void run(String command) throws Exception {
    Matcher sql = SQL.matcher(command);
    if (sql.matches()) {
      execute(sql.group(1));
    } else if (command.startsWith("./freshet bench ")) {
      assertThat(freshet("bench " + command.split(" ", -1)[2] + " --help").code()).isZero();
    } else {
      assertThat(command).startsWith("./freshet ");
      succeedInTime(command.substring("./freshet ".length()).replace(DATA, data().toString()));
    }
  }

  /** What a command looks for may be a moment away: the change just made is still on its way. */
  private static void succeedInTime(String arguments) {
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    Answer typed = freshet(arguments);
    while (typed.code() != 0 && System.nanoTime() < deadline) {
      typed = freshet(arguments);
    }
    assertThat(typed.code()).as("freshet %s%n%s%s", arguments, typed.out(), typed.err()).isZero();
  }

  private static Answer freshet(String arguments) {
    return Answer.of(Map.of(), arguments.split(" +", -1));
  }

  private void execute(String sql) throws Exception {
    String address;
    try (Stream<String> lines = Files.lines(data().resolve("freshet.yaml"))) {
      address =
          lines
              .filter(line -> line.startsWith("postgres: "))
              .findFirst()
              .orElseThrow()
              .substring("postgres: ".length());
    }
    PostgresConnection postgres = PostgresConnection.parse(address);
    try (Connection connection =
            DriverManager.getConnection(postgres.jdbcUrl(), postgres.jdbcProperties());
        Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }
}
