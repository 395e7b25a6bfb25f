package dev.freshet.console;

import dev.freshet.console.api.Answers;
import dev.freshet.console.api.Problem;
import dev.freshet.console.api.ProblemAnswer;
import dev.freshet.console.api.ProblemException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** How a question is refused: each time with an id that also stands in the log. Thread-safe. */
final class Refusals {

  private static final Logger LOG = LoggerFactory.getLogger(Refusals.class);

  /** The answer to a question that failed. */
  record Refusal(int status, Map<String, String> headers, ProblemAnswer answer) {
    byte[] body() {
      return Answers.write(answer);
    }
  }

  private final String run = Long.toString(System.nanoTime() & 0xFF_FFFF, 36);
  private final AtomicLong requests = new AtomicLong();

  Refusal of(ProblemException e, String method, String path) {
    String id = id();
    LOG.debug("{} {} is refused, request {}", method, path, id, e);
    return refusal(e, path, id);
  }

  /** Of what should not happen. */
  Refusal ofFailure(Exception e, String method, String path) {
    String id = id();
    LOG.error("{} {} failed, request {}", method, path, id, e);
    return refusal(
        new ProblemException(
            Problem.INTERNAL_ERROR, "this should not have happened", "the log says more"),
        path,
        id);
  }

  private String id() {
    return run + "-" + requests.incrementAndGet();
  }

  private static Refusal refusal(ProblemException e, String path, String id) {
    Map<String, String> headers = new LinkedHashMap<>();
    headers.put("Content-Type", "application/problem+json");
    headers.put("Cache-Control", "no-store");
    if (e.problem() == Problem.TOKEN_NEEDED) {
      headers.put("WWW-Authenticate", "Bearer");
    }
    if (e.problem() == Problem.TOO_MANY_REQUESTS) {
      headers.put("Retry-After", "1");
    }
    return new Refusal(e.problem().status(), headers, ProblemAnswer.of(e, path, id));
  }
}
