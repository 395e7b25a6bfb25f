package dev.freshet.console;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;

/**
 * Takes the pictures of the README from a console that runs, as {@code ./freshet demo} has one; how
 * is in CONTRIBUTING.md.
 */
@EnabledIfSystemProperty(named = ConsolePictures.OF, matches = "http://.*")
class ConsolePictures {

  static final String OF = "freshet.pictures.of";
  private static final Path FOLDER = Path.of("../docs/images");

  @TempDir Path profile;

  @Test
  void theReadmesPictures() throws Exception {
    String url = System.getProperty(OF, "").replaceAll("/+$", "");
    String program = Browser.installed().orElseThrow();
    try (Browser browser = new Browser(program, profile)) {
      browser.size(1280, 900);
      open(browser, url + "/?range=15m", "light");
      browser.picture(FOLDER.resolve("console-light.png"), 0, 900);
      String tag = browser.eval("document.querySelector('#names a').textContent");
      open(browser, url + "/?range=15m&series=requests&why=" + tag, "dark");
      browser.eval("document.getElementById('heat').scrollIntoView()");
      Browser.await("the heat map", () -> browser.is("document.querySelector('#heat canvas')"));
      browser.eval("scrollTo(0, 0)"); // the bar at the top stays where the window is
      int top = top(browser, "q3");
      browser.picture(FOLDER.resolve("console-dark.png"), top, 900);
      browser.size(380, 900);
      open(browser, url + "/", "light");
      browser.picture(Path.of("target/screenshots/narrow-live.png"), 0, 3600);
    }
  }

  private static int top(Browser browser, String id) {
    return (int)
        Double.parseDouble(
            browser.eval(
                "document.getElementById('%s').getBoundingClientRect().top + scrollY - 80"
                    .formatted(id)));
  }

  private static void open(Browser browser, String url, String scheme) throws Exception {
    browser.ask(
        "Emulation.setEmulatedMedia",
        "features",
        List.of(Map.of("name", "prefers-color-scheme", "value", scheme)));
    browser.open(url);
    Browser.await(
        "the stream", () -> browser.is("document.getElementById('link').textContent === 'live'"));
    Browser.await("the lines", () -> browser.is("document.querySelector('#plot canvas')"));
  }
}
