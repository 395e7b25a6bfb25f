package dev.freshet.app;

import dev.freshet.runtime.CheckResult;
import dev.freshet.runtime.Service;
import dev.freshet.runtime.Stages;
import dev.freshet.runtime.TopicSpec;
import dev.freshet.runtime.health.Probe;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.List;
import java.util.Optional;
import org.apache.kafka.streams.Topology;

/** A part of Freshet that can run in a process of its own. */
public interface Role {

  /** What users call it: the argument of {@code freshet run}. */
  String name();

  /** What it does, in one sentence. */
  String sentence();

  /** The topics it writes to or needs to be there. */
  List<TopicSpec> topics(FreshetConfig config);

  /** What {@code doctor} reports. */
  List<CheckResult> checks(FreshetConfig config);

  /** What must not fail before a start. */
  default List<CheckResult> checksBeforeStart(FreshetConfig config) {
    return checks(config);
  }

  /**
   * Its services, in the order to start them.
   *
   * @param stages takes how long the stages of the way last
   */
  List<Service> services(FreshetConfig config, MeterRegistry registry, Stages stages);

  /** What looks at the parts of the system that it works with. */
  default List<Probe> probes(FreshetConfig config) {
    return List.of();
  }

  /** Its stream topology, if it has one. */
  default Optional<Topology> topology(FreshetConfig config) {
    return Optional.empty();
  }
}
