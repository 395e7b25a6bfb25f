package dev.freshet.endtoend.bench;

import dev.freshet.console.Console;
import dev.freshet.console.ConsoleConfig;
import dev.freshet.console.api.Setup;
import dev.freshet.events.Topics;
import dev.freshet.runtime.Service;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.stream.IntStream;

/**
 * How long the console takes to answer, with {@code --rows} routes and a tenth as many views in
 * memory: {@code --rate} requests a second, for each kind of page in turns, from when a request was
 * due; and the processor time of 500 live streams.
 *
 * <p>An answer other than 200 is a violation, and so is a stream that hears nothing.
 */
final class ConsoleBench implements Bench {

  private static final Map<String, String> PAGES = pages();
  private static final String STREAMS = "streams_500";
  private static final int CLIENTS = 500;

  /** Runs that are not counted, until the JIT compiler has little left to do. */
  private static final int MOST_WARM_UPS = 5;

  /** The streams are held for this part of the time the pages are asked for. */
  private static final int STREAMS_SHARE = 5;

  private static Map<String, String> pages() {
    Map<String, String> all = new LinkedHashMap<>();
    all.put("first_paint", "/?service=shop1");
    all.put("status", "/api/v1/status");
    all.put("freshness", "/api/v1/freshness?range=1h");
    all.put("latency", "/api/v1/latency?route=7");
    all.put("latency_history", "/api/v1/latency/history?service=shop1&route=/route/1");
    all.put("views", "/api/v1/views");
    all.put("view_rows", "/api/v1/views/view1/rows");
    all.put("tags", "/api/v1/tags");
    all.put("invalidations", "/api/v1/invalidations");
    all.put("why", "/api/v1/why?tag=org:1");
    all.put("health", "/api/v1/health");
    return Collections.unmodifiableMap(all);
  }

  @Override
  public String name() {
    return "console";
  }

  @Override
  public String sentence() {
    return "First paint, each page of the API, and 500 live streams, over many routes and views.";
  }

  @Override
  public Options defaults() {
    return new Options(60, 200, 3, 1, 10_000);
  }

  @Override
  public Result run(Options options, Consumer<String> talk) throws Exception {
    Topics topics = new Topics("bench_console");
    List<String> views =
        IntStream.rangeClosed(1, Math.max(1, options.rows() / 10))
            .mapToObj(i -> "view" + i)
            .toList();
    List<String> variants = new ArrayList<>(PAGES.keySet());
    variants.add(STREAMS);
    Rounds rounds = new Rounds(variants);
    try (TestBed bed = TestBed.start(1, false, talk)) {
      new ConsoleData(bed.kafka(), topics).write(options.rows(), views, talk);
      Deque<Service> running = new ArrayDeque<>();
      String url = "http://127.0.0.1:" + freePort();
      try (HttpLoad load = new HttpLoad(url)) {
        for (Service service :
            Console.services(
                config(url), topics, setup(views), bed.kafka(), new SimpleMeterRegistry())) {
          running.push(service);
          service.start();
        }
        List<String> pages = List.copyOf(PAGES.values());
        Duration time = Duration.ofMillis(1000L * options.seconds() / options.rounds());
        if (options.warmUp()) {
          JitCompiler.settle(MOST_WARM_UPS, () -> load.run(pages, options.rate(), time));
        }
        for (int round = 1; round <= options.rounds(); round++) {
          List<HttpLoad.Answers> answers = load.run(pages, options.rate(), time);
          for (int page = 0; page < pages.size(); page++) {
            rounds.add(variants.get(page), figures(answers.get(page)));
          }
          rounds.add(STREAMS, load.streams("/live", CLIENTS, time.dividedBy(STREAMS_SHARE)));
          talk.accept("round %d of %d".formatted(round, options.rounds()));
        }
      } finally {
        running.forEach(Service::close);
      }
    }
    return result(variants, rounds);
  }

  private static Map<String, Double> figures(HttpLoad.Answers answers) {
    Quantiles of = answers.durations();
    Map<String, Double> figures = new TreeMap<>();
    figures.put("p50_ms", of.millis(0.5));
    figures.put("p99_ms", of.millis(0.99));
    figures.put("max_ms", of.millis(1));
    figures.put("n", (double) of.count());
    figures.put("wrong", (double) answers.wrong());
    return figures;
  }

  private static Result result(List<String> variants, Rounds rounds) {
    Map<String, Result.Figures> all = new LinkedHashMap<>();
    double wrong = 0;
    for (String variant : variants) {
      Map<String, Double> figures = rounds.medians(variant);
      figures.put("wrong", rounds.sum(variant, "wrong"));
      wrong += rounds.sum(variant, "wrong");
      all.put(variant, new Result.Figures(figures, Map.of()));
    }
    return new Result(all, Map.of(), (long) wrong);
  }

  private static ConsoleConfig config(String url) {
    return new ConsoleConfig(
        Optional.of(url.substring("http://".length())),
        Optional.empty(),
        Optional.empty(),
        Duration.ofMillis(250),
        64,
        CLIENTS + 10);
  }

  private static Setup setup(List<String> views) {
    Map<String, String> sql = new TreeMap<>();
    views.forEach(view -> sql.put(view, "SELECT 1"));
    return new Setup(
        Map.of(), sql, List.of(), List.of("1m", "5m", "15m", "1h"), Map.of(), 250, 30_000);
  }

  private static int freePort() throws IOException {
    try (ServerSocket any = new ServerSocket(0)) {
      return any.getLocalPort();
    }
  }
}
