package dev.freshet.console;

import dev.freshet.console.api.Endpoint;
import dev.freshet.console.api.ProblemException;
import jakarta.servlet.AsyncContext;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** Opens live streams: who may, from where on, and what is told. */
final class StreamServlet extends HttpServlet {
  private static final long serialVersionUID = 1L;

  /** Chooses what a caller is told, and opens the stream of it. */
  interface Choosing {
    void follow(HttpServletRequest request, LiveStreams.Opening opening)
        throws ProblemException, IOException;
  }

  private final transient LiveStreams streams;
  private final transient Guard guard;
  private final transient Refusals refusals;
  private final transient Choosing choosing;
  private final String run;

  /**
   * @param run stands before the positions of this process
   */
  StreamServlet(
      LiveStreams streams, Guard guard, Refusals refusals, Choosing choosing, String run) {
    this.streams = streams;
    this.guard = guard;
    this.refusals = refusals;
    this.choosing = choosing;
    this.run = run;
  }

  @Override
  protected void doGet(HttpServletRequest request, HttpServletResponse response)
      throws IOException {
    try {
      guard.admit(
          Endpoint.Access.READ, request.getHeader("Host"), request.getHeader("Authorization"));
      open(request, response, streams.enter());
    } catch (ProblemException e) {
      refuse(request, response, e);
    }
  }

  private void open(
      HttpServletRequest request, HttpServletResponse response, LiveStreams.Place place)
      throws ProblemException, IOException {
    boolean opened = false;
    try {
      choosing.follow(request, channel -> open(request, response, channel, place));
      opened = true;
    } finally {
      if (!opened) { // whatever the reason
        place.leave();
      }
    }
  }

  private LiveStream open(
      HttpServletRequest request,
      HttpServletResponse response,
      Channel channel,
      LiveStreams.Place place)
      throws IOException {
    response.setStatus(200);
    response.setContentType("text/event-stream;charset=utf-8");
    response.setHeader("Cache-Control", "no-store");
    response.setHeader("X-Accel-Buffering", "no");
    AsyncContext async = request.startAsync();
    AtomicReference<@Nullable LiveStream> self = new AtomicReference<>();
    LiveStream stream =
        new LiveStream(
            async,
            channel,
            position(request.getHeader("Last-Event-ID")),
            () -> {
              place.leave();
              LiveStream ended = self.get();
              if (ended != null) {
                streams.remove(ended);
              }
            });
    self.set(stream);
    return stream;
  }

  /** Where the reader stopped, if that was in this process. */
  private long position(@Nullable String lastEventId) {
    if (lastEventId == null
        || !lastEventId.startsWith(run + ".")
        || !lastEventId.substring(run.length() + 1).matches("[0-9]{1,18}")) {
      return Channel.NOTHING;
    }
    return Long.parseLong(lastEventId.substring(run.length() + 1));
  }

  private void refuse(HttpServletRequest request, HttpServletResponse response, ProblemException e)
      throws IOException {
    Refusals.Refusal refusal = refusals.of(e, request.getMethod(), request.getRequestURI());
    response.setStatus(refusal.status());
    refusal.headers().forEach(response::setHeader);
    response.getOutputStream().write(refusal.body());
  }
}
