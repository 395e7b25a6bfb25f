package dev.freshet.console;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.freshet.events.Alert;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The page in a real browser. Screenshots are in target/screenshots. */
class ConsolePageIT {

  private static final Path PICTURES = Path.of("target/screenshots");

  @TempDir Path profile;

  @Test
  void thePageFollowsAndAnswers() throws Exception {
    Optional<String> program = Browser.installed();
    assumeTrue(program.isPresent(), "no Chromium on the PATH: apt-get install chromium");
    try (Opened open = Opened.toThisMachine();
        Browser browser = new Browser(program.orElseThrow(), profile)) {
      browser.size(1280, 1000);
      browser.open(open.url() + "/");
      Browser.await(
          "the stream", () -> browser.is("document.getElementById('link').textContent === 'live'"));
      Browser.await("the lines", () -> browser.is("document.querySelector('#plot canvas')"));
      browser.screenshot(PICTURES.resolve("light.png"));
      followsAChange(open, browser);
      showsAChangeSoon(open, browser);
      showsAnAlertThatFires(open, browser);
      waitsForASelection(open, browser);
      answersFromTheKeyboard(browser);
      filters(browser);
      goesBack(browser);
      isWhatItShouldBeElsewhere(open, browser);
      assertThat(browser.complaints()).isEmpty();
    }
  }

  @Test
  void aPageWithATokenAsksForItUntilItIsRight() throws Exception {
    Optional<String> program = Browser.installed();
    assumeTrue(program.isPresent(), "no Chromium on the PATH: apt-get install chromium");
    try (Opened open = Opened.withTokens();
        Browser browser = new Browser(program.orElseThrow(), profile)) {
      browser.open(open.url() + "/");
      Browser.await("the question", () -> browser.is("!document.getElementById('token').hidden"));
      type(browser, "not the token at all");
      Browser.await(
          "the refusal",
          () ->
              browser.is(
                  "document.getElementById('link').textContent === 'not the token' && !document.getElementById('token').hidden"));
      type(browser, Opened.TOKEN);
      Browser.await(
          "the stream", () -> browser.is("document.getElementById('link').textContent === 'live'"));
      Browser.await("the lines", () -> browser.is("document.querySelector('#plot canvas')"));
      assertThat(browser.is("document.getElementById('token').hidden")).isTrue();
      assertThat(browser.eval("document.getElementById('feed').textContent")).contains("org:");
      browser.eval("document.querySelector(\"footer a[href='/api/v1/status']\").click()");
      Browser.await(
          "the answer behind a link",
          () -> browser.is("document.body.textContent.includes('reached_lsn')"));
      assertThat(browser.complaints()).isEmpty();
    }
  }

  private static void type(Browser browser, String secret) throws Exception {
    browser.eval("document.getElementById('secret').focus()");
    browser.ask("Input.insertText", "text", secret);
    browser.press("Enter");
  }

  private static void followsAChange(Opened open, Browser browser) throws Exception {
    open.told.change(9999, Told.NOW - 500, 3, "order:new", "order:new", "org:1");
    long began = System.nanoTime();
    Browser.await(
        "the new change",
        () -> browser.is("document.getElementById('feed').textContent.includes('order:new')"));
    assertThat((System.nanoTime() - began) / 1e9).isLessThan(20);
  }

  /** As the browser's own clock says, from when the console hears of it: the median of several. */
  private static void showsAChangeSoon(Opened open, Browser browser) throws Exception {
    browser.eval(
        """
        window.seen = [];
        new MutationObserver(() => {
          const n = Number(document.getElementById('tiles').textContent.match(/(\\d+) in the last hour/)[1]);
          window.seen[n] ??= Date.now();
        }).observe(document.getElementById('tiles'), { childList: true, subtree: true });""");
    long[] millis = new long[5];
    for (int i = 0; i < millis.length; i++) {
      int keys = 202 + i;
      long told = System.currentTimeMillis();
      open.told.change(10_000 + i, Told.NOW - 500, 3, "order:n" + i, "order:n" + i, "org:1");
      Browser.await("key number " + keys, () -> browser.is("window.seen[" + keys + "]"));
      millis[i] = Long.parseLong(browser.eval("window.seen[" + keys + "]")) - told;
    }
    Arrays.sort(millis);
    assertThat(millis[2]).as("of %s ms", Arrays.toString(millis)).isLessThanOrEqualTo(1500);
  }

  private static void showsAnAlertThatFires(Opened open, Browser browser) throws Exception {
    open.told.alert("checkout-errors", Alert.State.FIRING);
    Browser.await(
        "the alert",
        () ->
            browser.is(
                "/checkout-errors.*firing/.test(document.getElementById('alerts').textContent)"));
  }

  private static void answersFromTheKeyboard(Browser browser) throws Exception {
    browser.press("/");
    assertThat(browser.eval("document.activeElement.id")).isEqualTo("name");
    browser.ask("Input.insertText", "text", "order:new");
    browser.press("Enter");
    Browser.await(
        "why",
        () -> browser.is("document.getElementById('why').textContent.includes('{\"id\":9999}')"));
    assertThat(browser.eval("new URLSearchParams(location.search).get('why')"))
        .isEqualTo("order:new");
  }

  /** What comes while something is selected is shown afterwards. */
  private static void waitsForASelection(Opened open, Browser browser) throws Exception {
    browser.eval("getSelection().selectAllChildren(document.getElementById('alerts'))");
    open.told.alert("late-orders", Alert.State.FIRING);
    open.told.change(12_345, Told.NOW - 500, 3, "order:next", "order:next");
    Browser.await(
        "another part",
        () -> browser.is("document.getElementById('feed').textContent.includes('order:next')"));
    String late = "document.getElementById('alerts').textContent.includes('late-orders')";
    assertThat(browser.is(late)).isFalse();
    browser.eval("getSelection().removeAllRanges()");
    Browser.await("the alert that waited", () -> browser.is(late));
  }

  private static void filters(Browser browser) throws Exception {
    browser.eval("document.querySelector('input[name=route]').focus()");
    browser.ask("Input.insertText", "text", "orders");
    browser.press("Enter");
    Browser.await(
        "the routes of the filter",
        () ->
            browser.is(
                "location.search.includes('route=orders') && !document.getElementById('routes').textContent.includes('alert(1)')"));
    assertThat(browser.is("location.search.includes('why=')"))
        .as("what was chosen before")
        .isTrue();
    browser.eval("document.getElementById('zone').click()");
    assertThat(browser.eval("document.querySelector('#headline .zone').textContent"))
        .isEqualTo("local time");
    browser.eval("document.getElementById('zone').click()");
  }

  private static void goesBack(Browser browser) throws Exception {
    browser.eval("document.querySelector('#ranges a:nth-child(2)').click()");
    Browser.await(
        "the range",
        () ->
            browser.is(
                "location.search.includes('range=1h') && document.querySelector('#ranges a:nth-child(2)').getAttribute('aria-current')"));
    browser.eval("history.back()");
    Browser.await(
        "the range before",
        () ->
            browser.is(
                "!location.search.includes('range=1h') && document.querySelector('#ranges a:nth-child(1)').getAttribute('aria-current')"));
  }

  private static void isWhatItShouldBeElsewhere(Opened open, Browser browser) throws Exception {
    browser.ask(
        "Emulation.setEmulatedMedia",
        "features",
        List.of(Map.of("name", "prefers-color-scheme", "value", "dark")));
    assertThat(browser.eval("getComputedStyle(document.body).backgroundColor"))
        .isEqualTo("rgb(13, 21, 27)");
    browser.screenshot(PICTURES.resolve("dark.png"));
    browser.size(380, 900);
    Browser.await( // the lines follow the width with the next frame
        "no sideways scrolling", () -> browser.is("document.documentElement.scrollWidth === 380"));
    browser.screenshot(PICTURES.resolve("narrow.png"));
    browser.ask("Emulation.setScriptExecutionDisabled", "value", true);
    browser.ask("Page.navigate", "url", open.url() + "/?why=order:42");
    browser.screenshot(PICTURES.resolve("without-script.png"));
  }
}
