package dev.freshet.endtoend.bench;

import java.lang.management.ManagementFactory;
import java.lang.management.ThreadInfo;
import java.lang.management.ThreadMXBean;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Flow;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Asks a server at a fixed rate, whether or not it keeps up, and holds streams open. */
final class HttpLoad implements AutoCloseable {

  private static final Duration TIMEOUT = Duration.ofSeconds(20);

  /** The threads of the console: its server's, and its own. */
  private static final Pattern SERVERS = Pattern.compile("(qtp|Jetty|console-).*");

  private final ThreadMXBean threads = ManagementFactory.getThreadMXBean();
  private final ExecutorService pool = Executors.newFixedThreadPool(4);
  private final HttpClient client =
      HttpClient.newBuilder().executor(pool).version(HttpClient.Version.HTTP_1_1).build();
  private final String url;

  HttpLoad(String url) {
    this.url = url;
  }

  /**
   * What came back.
   *
   * @param durations from when each request was due
   * @param wrong answers other than 200
   */
  record Answers(Quantiles durations, int wrong) {}

  private HttpRequest request(String path) {
    return HttpRequest.newBuilder(URI.create(url + path)).timeout(TIMEOUT).build();
  }

  /** Asks for these in turns, so that a moment in which the machine stands still hits them all. */
  List<Answers> run(List<String> paths, int perSecond, Duration time) {
    int n = paths.size() * (int) Math.max(1, time.toMillis() * perSecond / 1000 / paths.size());
    AtomicLongArray nanos = new AtomicLongArray(n);
    AtomicIntegerArray wrong = new AtomicIntegerArray(paths.size());
    List<CompletableFuture<?>> underWay = new ArrayList<>(n);
    long begin = System.nanoTime();
    for (int i = 0; i < n; i++) {
      int number = i;
      int page = i % paths.size();
      long due = begin + i * TimeUnit.SECONDS.toNanos(1) / perSecond;
      LockSupport.parkNanos(due - System.nanoTime());
      underWay.add(
          client
              .sendAsync(request(paths.get(page)), HttpResponse.BodyHandlers.discarding())
              .handle(
                  (answer, failure) -> {
                    nanos.set(number, System.nanoTime() - due);
                    if (failure != null || answer.statusCode() != 200) {
                      wrong.incrementAndGet(page);
                    }
                    return true;
                  }));
    }
    underWay.forEach(CompletableFuture::join);
    List<Answers> answers = new ArrayList<>();
    for (int page = 0; page < paths.size(); page++) {
      long[] its = new long[n / paths.size()];
      for (int i = 0; i < its.length; i++) {
        its[i] = nanos.get(i * paths.size() + page);
      }
      answers.add(new Answers(Quantiles.ofNanos(its), wrong.get(page)));
    }
    return answers;
  }

  /** Holds streams open, and looks what they cost the server once all are there. */
  Map<String, Double> streams(String path, int clients, Duration time) throws InterruptedException {
    List<Listening> all = new ArrayList<>();
    for (int i = 0; i < clients; i++) {
      Listening stream = new Listening();
      all.add(stream);
      stream.answer =
          client.sendAsync(
              HttpRequest.newBuilder(URI.create(url + path)).build(),
              HttpResponse.BodyHandlers.fromSubscriber(stream));
    }
    long deadline = System.nanoTime() + TIMEOUT.toNanos();
    while (all.stream().anyMatch(stream -> stream.pieces.get() == 0)
        && System.nanoTime() < deadline) {
      TimeUnit.MILLISECONDS.sleep(50);
    }
    double before = serverSeconds();
    long began = System.nanoTime();
    TimeUnit.MILLISECONDS.sleep(time.toMillis());
    double seconds = (System.nanoTime() - began) / 1e9;
    double cores = (serverSeconds() - before) / seconds;
    long silent = all.stream().filter(stream -> stream.pieces.get() == 0).count();
    all.forEach(Listening::end);
    Map<String, Double> figures = new TreeMap<>();
    figures.put("cores", cores);
    figures.put("clients", (double) clients);
    figures.put("wrong", (double) silent);
    return figures;
  }

  private double serverSeconds() {
    double seconds = 0;
    for (ThreadInfo thread : threads.getThreadInfo(threads.getAllThreadIds())) {
      if (thread != null && SERVERS.matcher(thread.getThreadName()).matches()) {
        seconds += Math.max(0, threads.getThreadCpuTime(thread.getThreadId())) / 1e9;
      }
    }
    return seconds;
  }

  /** A reader of a stream, who counts what comes and forgets it. */
  private static final class Listening implements Flow.Subscriber<List<ByteBuffer>> {
    private final AtomicInteger pieces = new AtomicInteger();
    private @Nullable CompletableFuture<?> answer;
    private volatile Flow.@Nullable Subscription opened;

    @Override
    public void onSubscribe(Flow.Subscription subscription) {
      opened = subscription;
      subscription.request(Long.MAX_VALUE);
    }

    @Override
    public void onNext(List<ByteBuffer> piece) {
      pieces.incrementAndGet();
    }

    @Override
    public void onError(Throwable gone) {
      pieces.set(0);
    }

    @Override
    public void onComplete() {}

    void end() {
      Flow.Subscription subscription = opened;
      if (subscription != null) {
        subscription.cancel();
      }
      if (answer != null) {
        answer.cancel(true);
      }
    }
  }

  @Override
  public void close() {
    pool.shutdownNow();
  }
}
