package dev.freshet.ingest;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class SnapshotProgressTest {

  private final List<JsonNode> notices = new ArrayList<>();

  private void notice(String id, String type, long millis, String more)
      throws JsonProcessingException {
    notices.add(
        new ObjectMapper()
            .readTree(
                """
                {"id":"%s","aggregate_type":"Incremental Snapshot","type":"%s","timestamp":%d,
                 "additional_data":{%s}}"""
                    .formatted(id, type, millis, more)));
  }

  @Test
  void noticesAddUpToHowFarEachSnapshotIs() throws JsonProcessingException {
    notice("a", "STARTED", 1000, "\"data_collections\":\"public.x, public.y\"");
    String chunk =
        "\"current_collection_in_progress\":\"public.x\",\"maximum_key\":\"90\",\"last_processed_key\":\"50\"";
    notice("a", "IN_PROGRESS", 2000, chunk);
    assertThat(SnapshotProgress.of(notices))
        .containsExactly(
            new SnapshotProgress(
                "a", "in_progress", "public.x, public.y", "public.x", "50", "90", 0, 1000, 2000));
    notice("a", "TABLE_SCAN_COMPLETED", 3000, "\"total_rows_scanned\":\"90\"");
    notice("a", "PAUSED", 3500, "");
    notice("b", "STARTED", 3600, "\"data_collections\":\"public.z\"");
    notice("a", "TABLE_SCAN_COMPLETED", 4000, "\"total_rows_scanned\":\"10\"");
    notice("a", "COMPLETED", 5000, "");
    notice("b", "ABORTED", 6000, "");
    List<SnapshotProgress> both = SnapshotProgress.of(notices);
    assertThat(both).extracting(SnapshotProgress::state).containsExactly("completed", "aborted");
    assertThat(both).allMatch(SnapshotProgress::ended);
    assertThat(both.get(0).rows()).isEqualTo(100);
    assertThat(both.get(0).lastKey()).isEmpty();
  }

  @Test
  void othersNoticesArePassedBy() throws JsonProcessingException {
    notices.add(
        new ObjectMapper().readTree("{\"aggregate_type\":\"Initial Snapshot\",\"id\":\"x\"}"));
    assertThat(SnapshotProgress.of(notices)).isEmpty();
  }
}
