package dev.freshet.invalidation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.freshet.events.TableName;
import dev.freshet.events.Topics;
import dev.freshet.replaytest.Golden;
import dev.freshet.replaytest.TopologyReplay;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Changes as the demo captured them: its rules, its rows, its heartbeats. */
class RecordedChangesTopologyTest {

  private static final Path RECORDING = Path.of("src/test/resources/demo-changes.frec");
  private static final TagRules RULES =
      new TagRules(
          Map.of(
              TableName.parse("public.organizations"),
              TableRule.tags("org:{id}"),
              TableName.parse("public.facilities"),
              TableRule.tags("facility:{id}", "org:{organization_id}"),
              TableName.parse("public.readings"),
              TableRule.tags("facility:{facility_id}", "org:{organization_id}"),
              TableName.parse("public.targets"),
              TableRule.tags("org:{organization_id}")));

  private static String replay() {
    return TopologyReplay.of(InvalidationTopology.build(new Topics("demo"), RULES))
        .with(InvalidationTopology.settings())
        .run(RECORDING);
  }

  @Test
  void theyMakeTheSameTagsStaleAsBefore() {
    Golden.assertEqual(Path.of("src/test/resources/demo-invalidations.txt"), replay());
  }

  @Test
  void aHundredReplaysGiveOneTranscript() {
    Set<String> transcripts = new HashSet<>();
    for (int i = 0; i < 100; i++) {
      transcripts.add(replay());
    }
    assertThat(transcripts).hasSize(1);
  }
}
