package dev.freshet.console;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.WebSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;

/** A headless Chromium with one tab, driven over its DevTools protocol. */
final class Browser implements AutoCloseable {

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final long WITHIN_SECONDS = 60;

  private final Process process;
  private final HttpClient client = HttpClient.newHttpClient();
  private final WebSocket socket;
  private final AtomicInteger ids = new AtomicInteger();
  private final Map<Integer, CompletableFuture<JsonNode>> waiting = new ConcurrentHashMap<>();
  private final List<String> complaints = new CopyOnWriteArrayList<>();

  /** The browser of this machine, if there is one. */
  static Optional<String> installed() {
    return Stream.of(System.getenv().getOrDefault("PATH", "").split(File.pathSeparator, -1))
        .flatMap(
            folder ->
                Stream.of("chromium", "chromium-browser", "google-chrome")
                    .map(name -> Path.of(folder, name)))
        .filter(Files::isExecutable)
        .map(Path::toString)
        .findFirst();
  }

  Browser(String program, Path profile) throws Exception {
    process =
        new ProcessBuilder(
                program,
                "--headless=new",
                "--no-sandbox", // it opens nothing but our own page
                "--disable-gpu",
                "--disable-dev-shm-usage",
                "--hide-scrollbars",
                "--remote-debugging-port=0",
                "--user-data-dir=" + profile,
                "about:blank")
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .start();
    Path portFile = profile.resolve("DevToolsActivePort");
    await("Chromium's port", () -> lines(portFile) >= 2);
    String port = Files.readAllLines(portFile).get(0);
    HttpResponse<String> tabs =
        client.send(
            HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/json/list")).build(),
            HttpResponse.BodyHandlers.ofString());
    String address = "";
    for (JsonNode tab : JSON.readTree(tabs.body())) {
      if (tab.path("type").asText().equals("page")) {
        address = tab.path("webSocketDebuggerUrl").asText();
      }
    }
    socket =
        client
            .newWebSocketBuilder()
            .buildAsync(URI.create(address), new Listener())
            .get(WITHIN_SECONDS, TimeUnit.SECONDS);
    for (String domain : List.of("Page", "Runtime", "Log", "Network")) {
      ask(domain + ".enable");
    }
  }

  private static long lines(Path file) {
    try (Stream<String> lines = Files.lines(file)) {
      return lines.count();
    } catch (IOException notYet) {
      return 0;
    }
  }

  /** Tells the browser something; {@code pairs} are names and values. */
  JsonNode ask(String method, Object... pairs) throws Exception {
    int id = ids.incrementAndGet();
    ObjectNode message = JSON.createObjectNode().put("id", id).put("method", method);
    ObjectNode parameters = message.putObject("params");
    for (int i = 0; i < pairs.length; i += 2) {
      parameters.set((String) pairs[i], JSON.valueToTree(pairs[i + 1]));
    }
    CompletableFuture<JsonNode> answer = new CompletableFuture<>();
    waiting.put(id, answer);
    socket.sendText(message.toString(), true).get(WITHIN_SECONDS, TimeUnit.SECONDS);
    return answer.get(WITHIN_SECONDS, TimeUnit.SECONDS);
  }

  void open(String url) throws Exception {
    ask("Page.navigate", "url", url);
    await(url, () -> is("document.readyState === 'complete' && location.href !== 'about:blank'"));
  }

  /** What an expression of JavaScript gives, as text. */
  String eval(String expression) {
    try {
      return ask("Runtime.evaluate", "expression", expression, "returnByValue", true)
          .path("result")
          .path("result")
          .path("value")
          .asText();
    } catch (Exception e) {
      throw new IllegalStateException(expression, e);
    }
  }

  boolean is(String expression) {
    return eval("Boolean(" + expression + ")").equals("true");
  }

  void press(String key) throws Exception {
    String text = key.length() == 1 ? key : key.equals("Enter") ? "\r" : "";
    ask("Input.dispatchKeyEvent", "type", "keyDown", "key", key, "text", text);
    ask("Input.dispatchKeyEvent", "type", "keyUp", "key", key);
  }

  void screenshot(Path file) throws Exception {
    picture(file, "captureBeyondViewport", true);
  }

  /** A part of the page as wide as the window, from its top on. */
  void picture(Path file, int top, int height) throws Exception {
    Map<String, Integer> clip =
        Map.of(
            "x",
            0,
            "y",
            top,
            "width",
            Integer.parseInt(eval("innerWidth")),
            "height",
            height,
            "scale",
            1);
    picture(file, "captureBeyondViewport", true, "clip", clip);
  }

  private void picture(Path file, Object... how) throws Exception {
    Files.createDirectories(file.toAbsolutePath().getParent());
    await(
        "a picture",
        () -> {
          String data = picture(how); // empty while the browser is on its way to another page
          try {
            return !data.isEmpty()
                && Files.size(Files.write(file, Base64.getDecoder().decode(data))) > 0;
          } catch (IOException e) {
            throw new UncheckedIOException(e);
          }
        });
  }

  private String picture(Object... how) {
    try {
      return ask("Page.captureScreenshot", how).path("result").path("data").asText();
    } catch (Exception e) {
      throw new IllegalStateException("no picture", e);
    }
  }

  void size(int width, int height) throws Exception {
    ask(
        "Emulation.setDeviceMetricsOverride",
        "width",
        width,
        "height",
        height,
        "deviceScaleFactor",
        1,
        "mobile",
        false);
  }

  /** Exceptions and errors the page has caused so far. */
  List<String> complaints() {
    return complaints;
  }

  /** Waits until something is so. */
  static void await(String what, BooleanSupplier so) throws InterruptedException {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(WITHIN_SECONDS);
    CompletableFuture<Void> never = new CompletableFuture<>();
    while (!so.getAsBoolean()) {
      if (System.nanoTime() > deadline) {
        throw new AssertionError("not within " + WITHIN_SECONDS + " s: " + what);
      }
      never.completeOnTimeout(null, 20, TimeUnit.MILLISECONDS).join();
      never = new CompletableFuture<>();
    }
  }

  @Override
  public void close() {
    socket.abort();
    process.destroy();
    try {
      if (!process.waitFor(10, TimeUnit.SECONDS)) {
        process.destroyForcibly();
      }
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    }
  }

  private final class Listener implements WebSocket.Listener {
    private final StringBuilder text = new StringBuilder();

    @Override
    public CompletionStage<?> onText(WebSocket from, CharSequence part, boolean last) {
      text.append(part);
      if (last) {
        take(text.toString());
        text.setLength(0);
      }
      from.request(1);
      return CompletableFuture.completedFuture(null);
    }

    private void take(String message) {
      try {
        JsonNode node = JSON.readTree(message);
        CompletableFuture<JsonNode> answer = waiting.remove(node.path("id").asInt());
        String method = node.path("method").asText();
        boolean error =
            method.equals("Runtime.exceptionThrown")
                || (method.equals("Log.entryAdded")
                    && node.path("params").path("entry").path("level").asText().equals("error"));
        if (answer != null) {
          answer.complete(node);
        } else if (error) {
          complaints.add(message);
        }
      } catch (IOException e) {
        complaints.add(e.toString());
      }
    }
  }
}
