package dev.freshet.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.BiFunction;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** House rules that a program can check, over the whole tree; each failure says what to do. */
class TidyTest {

  private static final int LONGEST_FILE = 400; // lines
  private static final Set<String> TEXT =
      Set.of(
          ".java", ".md", ".xml", ".yaml", ".yml", ".lua", ".sql", ".json", ".html", ".js", ".css");

  // Written apart, so that this file passes its own test.
  private static final Pattern UNFINISHED =
      Pattern.compile("\\b(TO" + "DO|FIX" + "ME|XX" + "X)\\b");
  private static final Pattern EMPTY_NAME =
      Pattern.compile(
          "\\b(?:class|interface|record|enum) (\\w+(?:Util|Utils|Manager|Helper|Impl))\\b");
  private static final Pattern TOPIC =
      Pattern.compile("\"[^\"\\s]*\\.(?:invalidations|applied|dlq|cdc|offsets)(?:\\.[^\"]*)?\"");
  private static final Pattern REDIS_DELETE =
      Pattern.compile("(?:\\.(?:unlink|del)\\(|['\"](?:UNLINK|DEL)['\"])");
  private static final Pattern SLEEP =
      Pattern.compile("\\bThread\\.sleep\\(|TimeUnit\\.\\w+\\.sleep\\(");
  private static final Pattern LINK = Pattern.compile("\\[[^\\]]*\\]\\(([^)\\s]+)\\)");
  private static final Pattern FENCED = Pattern.compile("(?ms)^```.*?^```");
  private static final Pattern COMMAND = Pattern.compile("\\./freshet ([a-z]+)");

  @Test
  void linesEndWithoutBlanksAndJavaHasNoTabs() {
    assertNone(
        "end lines without blanks, indent Java with spaces (mvn spotless:apply)",
        lines(
            file -> isText(file) && !file.endsWith("LICENSE"),
            (file, line) ->
                line.matches(".*[ \\t]$") || (file.endsWith(".java") && line.contains("\t"))));
  }

  @Test
  void nothingIsLeftForLaterInAComment() {
    assertNone(
        "do it now, or open an issue and say in the comment why it is as it is",
        lines(TidyTest::isText, (file, line) -> UNFINISHED.matcher(line).find()));
  }

  @Test
  void namesSayWhatAThingIs() {
    assertNone(
        "name the type by what it is (a noun of the domain), not by that it helps or manages",
        lines(file -> file.endsWith(".java"), (file, line) -> EMPTY_NAME.matcher(line).find()));
  }

  @Test
  void topicNamesAreWrittenInOneFile() {
    assertNone(
        "use a method of dev.freshet.events.Topics; it is the one file with topic names",
        lines(
            file -> isMain(file) && !file.endsWith("/Topics.java"),
            (file, line) -> TOPIC.matcher(line).find()));
  }

  @Test
  void onlyTheSinkDeletesFromRedis() {
    assertNone(
        "Redis keys die in RedisInvalidator and its script alone; write an invalidation instead."
            + " (The cache client may delete its own entries; the demo only writes rows.)",
        lines(
            file ->
                (isMain(file) || file.endsWith(".lua"))
                    && !file.startsWith("invalidation-stream/")
                    && !file.startsWith("cache-client/")
                    && !file.startsWith("end-to-end/"),
            (file, line) -> REDIS_DELETE.matcher(line).find()));
  }

  @Test
  void testsWaitForEventsNotForTime() {
    assertNone(
        "wait for the event: a latch, a queue with a deadline, or a fake clock passed in",
        lines(
            file ->
                file.contains("/src/test/")
                    && file.endsWith(".java")
                    && !file.endsWith("/TidyTest.java"),
            (file, line) -> SLEEP.matcher(line).find()));
  }

  @Test
  void filesFitInTheHead() {
    List<String> tooLong = new ArrayList<>();
    for (Path file : Repository.files()) {
      String path = Repository.relative(file);
      if (path.endsWith(".java") && Repository.read(file).lines().count() > LONGEST_FILE) {
        tooLong.add(path);
      }
    }
    assertNone("split it by idea: a file has at most " + LONGEST_FILE + " lines", tooLong);
  }

  @Test
  void relativeLinksLeadSomewhere() {
    List<String> broken = new ArrayList<>();
    for (Path file : Repository.files()) {
      if (!file.toString().endsWith(".md")) {
        continue;
      }
      String text = FENCED.matcher(Repository.read(file)).replaceAll("");
      Matcher links = LINK.matcher(text);
      while (links.find()) {
        String target = links.group(1).replaceFirst("#.*", "");
        boolean elsewhere = target.isEmpty() || target.matches("[a-z]+:.*");
        if (!elsewhere && !Files.exists(file.resolveSibling(target))) {
          broken.add(Repository.relative(file) + " -> " + links.group(1));
        }
      }
    }
    assertNone("correct the link, or write the page it leads to", broken);
  }

  @Test
  void documentedCommandsExist() {
    List<String> unknown = new ArrayList<>();
    for (Path file : Repository.files()) {
      String path = Repository.relative(file);
      if (!path.endsWith(".md")) {
        continue;
      }
      Matcher commands = COMMAND.matcher(Repository.read(file));
      while (commands.find()) {
        String name = commands.group(1);
        boolean fromEndToEnd = name.equals("bench");
        if (!fromEndToEnd && Typed.freshet(name, "--help").code() != 0) {
          unknown.add(path + ": ./freshet " + name);
        }
      }
    }
    assertNone("write the command as it is now; see ./freshet --help", unknown);
  }

  private interface Chosen {
    boolean test(String path);
  }

  private static List<String> lines(Chosen chosen, BiFunction<String, String, Boolean> wrong) {
    List<String> found = new ArrayList<>();
    for (Path file : Repository.files()) {
      String path = Repository.relative(file);
      if (!chosen.test(path)) {
        continue;
      }
      List<String> lines = Repository.read(file).lines().toList();
      for (int i = 0; i < lines.size(); i++) {
        if (wrong.apply(path, lines.get(i))) {
          found.add(path + ":" + (i + 1) + ": " + lines.get(i).strip());
        }
      }
    }
    return found;
  }

  private static boolean isText(String path) {
    int dot = path.lastIndexOf('.');
    return dot >= 0 && TEXT.contains(path.substring(dot));
  }

  private static boolean isMain(String path) {
    return path.contains("/src/main/") && path.endsWith(".java");
  }

  private static void assertNone(String whatToDo, List<String> found) {
    assertThat(found).as(whatToDo).isEmpty();
  }
}
