package dev.freshet.app;

import dev.freshet.runtime.CheckResult;
import dev.freshet.runtime.FreshetException;
import dev.freshet.runtime.Health;
import dev.freshet.runtime.Service;
import dev.freshet.runtime.Stages;
import dev.freshet.runtime.TopicProvisioner;
import dev.freshet.runtime.TopicSpec;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The services of some roles, running in this process.
 *
 * <p>The main job starts first, then the others at once; all close at once. They meet on topics, so
 * that no other order is needed. Thread-safe.
 */
public final class Pipeline implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(Pipeline.class);

  private final Deque<Service> running = new ArrayDeque<>();
  private Stages stages = Stages.off();
  private boolean closed;
  private volatile boolean started;

  /**
   * Creates the topics that are missing, checks what the roles need, starts their services, and
   * what every process has besides. To be called once.
   *
   * @param progress takes one line per service
   * @throws FreshetException when a check or a start fails, or it is closed meanwhile; what was
   *     started before is closed
   */
  public void start(
      FreshetConfig config, List<Role> roles, MeterRegistry registry, Consumer<String> progress) {
    prepare(config, roles, Surroundings.topics(config), progress);
    try {
      synchronized (this) {
        stages = Surroundings.stages(config, registry);
      }
      start(
          config,
          roles,
          List.of(Surroundings.health(config, roles, this::services, registry)),
          registry,
          progress);
      started = true;
    } catch (RuntimeException e) {
      close();
      throw e;
    }
  }

  /**
   * Starts the services of further roles beside those that run. What a process has once is there
   * already: its stages, and its look at the system's health, which goes on with the parts that the
   * first roles work with.
   *
   * @throws FreshetException as {@link #start} does; then everything is closed
   */
  public void add(
      FreshetConfig config, List<Role> roles, MeterRegistry registry, Consumer<String> progress) {
    prepare(config, roles, List.of(), progress);
    try {
      start(config, roles, List.of(), registry, progress);
    } catch (RuntimeException e) {
      close();
      throw e;
    }
  }

  private static void prepare(
      FreshetConfig config, List<Role> roles, List<TopicSpec> more, Consumer<String> progress) {
    TopicProvisioner.ensure(
        config.kafka().connection(),
        Stream.concat(roles.stream().flatMap(role -> role.topics(config).stream()), more.stream())
            .distinct()
            .toList());
    refuseUnfit(config, roles, progress);
  }

  private void start(
      FreshetConfig config,
      List<Role> roles,
      List<Service> besides,
      MeterRegistry registry,
      Consumer<String> progress) {
    Stages told;
    synchronized (this) {
      told = stages;
    }
    List<Runnable> later = new ArrayList<>();
    for (Role role : Roles.inStartOrder(roles)) {
      for (Service service : role.services(config, registry, told)) {
        if (Roles.isMainJob(role)) {
          start(service, registry, progress);
        } else {
          later.add(() -> start(service, registry, progress));
        }
      }
    }
    besides.forEach(service -> later.add(() -> start(service, registry, progress)));
    AtOnce.run(later);
  }

  private static void refuseUnfit(
      FreshetConfig config, List<Role> roles, Consumer<String> progress) {
    List<CheckResult> failed = new ArrayList<>();
    List<List<CheckResult>> checks =
        AtOnce.answers(
            roles.stream()
                .<Callable<List<CheckResult>>>map(role -> () -> role.checksBeforeStart(config))
                .toList());
    for (List<CheckResult> ofRole : checks) {
      for (CheckResult check : ofRole) {
        switch (check.outcome()) {
          case FAIL -> failed.add(check);
          case WARN ->
              progress.accept("warning: %s: %s".formatted(check.subject(), check.detail()));
          case OK -> LOG.debug("{}: {}", check.subject(), check.detail());
        }
      }
    }
    if (failed.isEmpty()) {
      return;
    }
    String primary =
        "could not start " + roles.stream().map(Role::name).collect(Collectors.joining(", "));
    String detail =
        failed.stream()
            .map(check -> check.subject() + ": " + check.detail())
            .collect(Collectors.joining("\n"));
    String hint =
        failed.stream()
            .map(CheckResult::hint)
            .filter(text -> !text.isEmpty())
            .distinct()
            .collect(Collectors.joining("\n"));
    throw failed.stream().anyMatch(Checks::unreachable)
        ? FreshetException.unreachable(primary, detail, hint, null)
        : FreshetException.unfit(primary, detail, hint + "\ncheck again with: freshet doctor");
  }

  private void start(Service service, MeterRegistry registry, Consumer<String> progress) {
    long began = System.nanoTime();
    synchronized (this) {
      if (closed) {
        throw FreshetException.failed("stopped while starting " + service.name(), "", "", null);
      }
      // Known before it is started: one that hangs in its start is closed like any other.
      running.push(service);
    }
    Gauge.builder("freshet.service.ready", service, its -> its.health().isReady() ? 1 : 0)
        .tag("service", service.name())
        .register(registry);
    service.start();
    long millis = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - began);
    synchronized (progress) {
      progress.accept("%-26s running (%.1f s)".formatted(service.name(), millis / 1000.0));
    }
  }

  /** The services that gave up, each with its reason. */
  public synchronized List<String> failures() {
    return running.stream()
        .filter(service -> service.health().state() == Health.State.FAILED)
        .map(service -> service.name() + ": " + service.health().detail())
        .toList();
  }

  /** Whether all of them were started. */
  public boolean isStarted() {
    return started;
  }

  /** Its services, the last started first. */
  public synchronized List<Service> services() {
    return List.copyOf(running);
  }

  /** Closes every service, all at once; does nothing the second time. */
  @Override
  public void close() {
    List<Service> toClose;
    Stages last;
    synchronized (this) {
      if (closed) {
        return;
      }
      closed = true;
      toClose = List.copyOf(running);
      last = stages;
    }
    // Who is told to end by an interrupt still waits for what is under way, in good order.
    boolean interrupted = Thread.interrupted();
    AtOnce.run(
        toClose.stream()
            .<Runnable>map(service -> () -> close(service.name(), service::close))
            .toList());
    close("stages", last::close);
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private static void close(String name, Runnable closing) {
    try {
      closing.run();
    } catch (RuntimeException e) {
      // The others still have to be closed.
      LOG.warn("{} did not close cleanly", name, e);
    }
  }
}
