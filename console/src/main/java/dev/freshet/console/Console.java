package dev.freshet.console;

import dev.freshet.console.api.Api;
import dev.freshet.console.api.Setup;
import dev.freshet.console.model.Model;
import dev.freshet.events.Topics;
import dev.freshet.runtime.KafkaConnection;
import dev.freshet.runtime.ListenAddress;
import dev.freshet.runtime.Service;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.InstantSource;
import java.util.List;

/** The front door of the role. */
public final class Console {

  /** What users call this role. */
  public static final String NAME = "console";

  private Console() {}

  /** The role's services; none when the config does not say where to listen. */
  public static List<Service> services(
      ConsoleConfig config,
      Topics topics,
      Setup setup,
      KafkaConnection kafka,
      MeterRegistry registry) {
    if (config.listen().isEmpty()) {
      return List.of();
    }
    InstantSource clock = InstantSource.system();
    ListenAddress address = ListenAddress.parse(config.listen().get());
    Model model = new Model(topics, setup.views().keySet(), registry);
    TopicFollower follower = new TopicFollower(kafka, model, setup.views().keySet(), clock);
    TopicInvalidator invalidator = new TopicInvalidator(kafka, topics.invalidations());
    Api api = new Api(model, invalidator, follower::health, setup, config.concurrency(), clock);
    ConsolePages pages = new ConsolePages(config, api, model, setup, registry, clock);
    return List.of(
        follower,
        new ConsoleServer(config, address, api.endpoints(), pages, invalidator, registry));
  }
}
