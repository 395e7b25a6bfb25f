package dev.freshet.console.api;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;

/** An error as RFC 9457 writes it, {@code application/problem+json}. */
@JsonInclude(JsonInclude.Include.NON_EMPTY)
public record ProblemAnswer(
    String type,
    String title,
    int status,
    String detail,
    String hint,
    String instance,
    @JsonProperty("requestId") String requestId) {

  /**
   * The answer to a question that failed.
   *
   * @param instance the path that was asked for
   * @param requestId also stands in the log
   */
  public static ProblemAnswer of(ProblemException e, String instance, String requestId) {
    Problem problem = e.problem();
    return new ProblemAnswer(
        problem.type(),
        problem.title(),
        problem.status(),
        e.detail(),
        e.hint(),
        instance,
        requestId);
  }
}
