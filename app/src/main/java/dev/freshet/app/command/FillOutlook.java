package dev.freshet.app.command;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.freshet.ingest.Horizon;
import dev.freshet.invalidation.CacheView;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Whether a load that begins now would be stored, and if not, why not.
 *
 * @param stored by a load on the primary that sends its whole snapshot, as the client does
 * @param reason for people
 */
record FillOutlook(CacheView view, Horizon horizon, boolean stored, String reason) {

  static FillOutlook of(CacheView view, Horizon horizon) {
    Optional<Map.Entry<String, Long>> newest =
        view.marks().entrySet().stream().max(Map.Entry.comparingByValue(Comparator.naturalOrder()));
    if (view.floor().isEmpty()) {
      return new FillOutlook(
          view, horizon, false, "refused: no heartbeat has arrived; does \"freshet run\" run?");
    }
    if (horizon.xmin() <= view.floor().getAsLong()) {
      return new FillOutlook(
          view,
          horizon,
          false,
          "refused: transactions up to %d are forgotten, and those from %d on may be unfinished"
              .formatted(view.floor().getAsLong(), horizon.xmin()));
    }
    if (newest.isEmpty() || newest.get().getValue() < horizon.xmin()) {
      return new FillOutlook(view, horizon, true, "stored");
    }
    String touched =
        "transaction %d touched %s, and those from %d on may be unfinished"
            .formatted(newest.get().getValue(), newest.get().getKey(), horizon.xmin());
    return newest.get().getValue() < horizon.xmax()
        ? new FillOutlook(
            view, horizon, true, "stored from the primary, refused from a standby: " + touched)
        : new FillOutlook(
            view, horizon, false, "refused: " + touched + "; it is applied and not visible yet");
  }

  /** Lines for a terminal, each with its label. */
  List<String> lines() {
    List<String> lines = new ArrayList<>();
    lines.add(
        "now    "
            + (view.secondsToLive().isPresent()
                ? "in the cache, for %d s".formatted(view.secondsToLive().getAsLong())
                : "not in the cache"));
    lines.add("fills  " + reason);
    if (!reason.equals("stored")) {
      horizon.holder().ifPresent(holder -> lines.add("held   " + words(holder)));
    }
    return lines;
  }

  private static String words(Horizon.Holder holder) {
    String query = holder.query().strip().replaceAll("\\s+", " ");
    return "by %s (%s), %d s old%s"
        .formatted(
            holder.who(),
            holder.doing(),
            holder.age().toSeconds(),
            query.isEmpty() ? "" : ": " + query);
  }

  void addTo(ObjectNode line) {
    ObjectNode fills = line.putObject("fills").put("stored", stored).put("reason", reason);
    view.floor().ifPresent(floor -> fills.put("floor", floor));
    fills.put("xmin", horizon.xmin()).put("xmax", horizon.xmax());
    ObjectNode marks = fills.putObject("marks");
    view.marks().forEach(marks::put);
    horizon
        .holder()
        .ifPresent(
            holder ->
                fills
                    .putObject("held_by")
                    .put("who", holder.who())
                    .put("doing", holder.doing())
                    .put("age_s", holder.age().toSeconds())
                    .put("query", holder.query()));
    view.secondsToLive().ifPresent(seconds -> line.put("seconds_to_live", seconds));
  }
}
