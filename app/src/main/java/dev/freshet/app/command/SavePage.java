package dev.freshet.app.command;

import dev.freshet.app.ExitCode;
import dev.freshet.app.Terminal;
import dev.freshet.console.page.PageQuery;
import dev.freshet.runtime.FreshetException;
import java.util.concurrent.Callable;
import java.util.regex.Matcher;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;

/** {@code freshet report}. */
@Command(
    name = "report",
    description = "The console's page as one file, as it is now.",
    footer = {"  freshet report > report.html", "  freshet report --range 24h > day.html"})
final class SavePage implements Callable<Integer> {

  private final Terminal terminal;

  @Mixin private ConsoleOption console = new ConsoleOption();

  @Option(
      names = "--range",
      paramLabel = "RANGE",
      defaultValue = "1h",
      converter = Range.class,
      description = "How far the lines go back: 15m, 1h, 6h or 24h. Default: ${DEFAULT-VALUE}.")
  private String range = "1h";

  /** One of the page's ranges: for anything else the page would show another one. */
  static final class Range implements ITypeConverter<String> {
    @Override
    public String convert(String text) {
      if (!PageQuery.RANGES.contains(text)) {
        throw new TypeConversionException(
            "\"%s\" is not one of %s".formatted(text, String.join(", ", PageQuery.RANGES)));
      }
      return text;
    }
  }

  SavePage(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public Integer call() throws InterruptedException {
    ConsoleClient client = console.client(terminal);
    String style = client.text("/assets/console.css");
    String answer = client.text(ConsoleClient.path("/", "range", range));
    if (answer.contains("<html lang=\"en\" data-state=\"locked\">")) {
      throw FreshetException.failed(
          "the console refused",
          "its page is for those who show its token, and what was shown is none or another",
          "set it in %s, or as console.token in the config".formatted(ConsoleOption.TOKEN),
          null);
    }
    String page =
        answer
            .replaceAll("<script [^>]*></script>\\n?", "")
            .replaceAll("<link rel=\"(icon|stylesheet)\"[^>]*>\\n?", "")
            .replaceAll("<img [^>]*>", "")
            .replaceAll("(?s)<form .*?</form>", "")
            .replaceAll("(?s)<footer>.*</footer>", "")
            .replaceFirst(
                "</head>", Matcher.quoteReplacement("<style>\n" + style + "</style>\n</head>"));
    terminal.out().print(page);
    terminal.out().flush();
    return ExitCode.DONE.number();
  }
}
