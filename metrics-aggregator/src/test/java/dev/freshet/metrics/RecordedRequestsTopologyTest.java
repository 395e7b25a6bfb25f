package dev.freshet.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import dev.freshet.events.Topics;
import dev.freshet.replaytest.Golden;
import dev.freshet.replaytest.TopologyReplay;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Properties;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Requests as the demo reported them. */
class RecordedRequestsTopologyTest {

  private static final Topics TOPICS = new Topics("demo");
  private static final Path RECORDING = Path.of("src/test/resources/demo-requests.frec");

  @TempDir Path state;

  private String replay(String folder) {
    MetricsConfig config = MetricsConfig.defaults();
    Properties settings = MetricsTopology.settings(config);
    settings.put("state.dir", state.resolve(folder).toString());
    return TopologyReplay.of(MetricsAggregator.topology(TOPICS, config))
        .with(settings)
        .after(Duration.ofSeconds(20))
        .run(RECORDING);
  }

  @Test
  void theyGiveTheSameMinutesAsBeforeAndTheSameOfAllEachTime() {
    String everything = replay("first");
    String minutes =
        everything
            .lines()
            .filter(line -> line.contains("\"topic\":\"" + TOPICS.latencyMinutes()))
            .map(line -> line + "\n")
            .collect(Collectors.joining());
    Golden.assertEqual(Path.of("src/test/resources/demo-minutes.txt"), minutes);
    assertThat(replay("second")).isEqualTo(everything);
  }
}
