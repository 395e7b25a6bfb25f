package dev.freshet.materializer.sql;

import dev.freshet.materializer.sql.parse.Refusal;
import java.util.List;
import java.util.stream.Collectors;

/** A view whose SQL is not accepted. The message has every reason with its line and a caret. */
public final class ViewRefusedException extends Exception {

  private static final long serialVersionUID = 1;

  private final transient List<Refusal> refusals;

  ViewRefusedException(String sql, List<Refusal> refusals) {
    super(refusals.stream().map(refusal -> shown(sql, refusal)).collect(Collectors.joining("\n")));
    this.refusals = List.copyOf(refusals);
  }

  /** All reasons, in the order of the text. */
  public List<Refusal> refusals() {
    return refusals;
  }

  private static String shown(String sql, Refusal refusal) {
    List<String> lines = sql.lines().toList();
    int line = refusal.at().line();
    if (line > lines.size()) {
      return refusal.toString();
    }
    String text = lines.get(line - 1);
    int before = Math.min(refusal.at().column() - 1, text.length());
    String indent = text.substring(0, before).replaceAll("[^\\t]", " ");
    return refusal + "\n  " + text + "\n  " + indent + "^";
  }
}
