package dev.freshet.console.api;

import java.util.List;

/**
 * One question this server answers.
 *
 * @param method GET or POST
 * @param path with parameters in braces
 * @param sentence what it answers
 * @param parameters all there are; others are refused
 * @param answer the record it answers with
 * @param access who may ask
 * @param body the record a POST carries; {@code Void} for none
 * @param handler answers
 */
public record Endpoint(
    String method,
    String path,
    String sentence,
    List<Parameter> parameters,
    Class<?> answer,
    Access access,
    Class<?> body,
    Handler handler) {

  /** Who may ask. */
  public enum Access {
    READ,
    ADMIN
  }

  /** Answers a question; thread-safe. */
  public interface Handler {
    /**
     * The answer, a record.
     *
     * @throws ProblemException when there is none
     */
    Object answer(Asked asked) throws ProblemException, InterruptedException;
  }

  public Endpoint {
    parameters = List.copyOf(parameters);
  }

  static Endpoint get(
      String path, String sentence, Class<?> answer, Handler handler, Parameter... parameters) {
    return new Endpoint(
        "GET", path, sentence, List.of(parameters), answer, Access.READ, Void.class, handler);
  }
}
