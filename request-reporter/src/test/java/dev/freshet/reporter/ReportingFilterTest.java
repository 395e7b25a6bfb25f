package dev.freshet.reporter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.freshet.events.CacheOutcome;
import dev.freshet.events.RequestEvent;
import jakarta.servlet.AsyncContext;
import jakarta.servlet.AsyncEvent;
import jakarta.servlet.AsyncListener;
import jakarta.servlet.FilterChain;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ReportingFilterTest {

  private final Map<String, Object> attributes = new HashMap<>();
  private final List<AsyncListener> listeners = new ArrayList<>();
  private boolean async;

  private <T> T fake(Class<T> type, Map<String, Object> answers) {
    return type.cast(
        Proxy.newProxyInstance(
            type.getClassLoader(),
            new Class<?>[] {type},
            (proxy, method, arguments) ->
                switch (method.getName()) {
                  case "getAttribute" -> attributes.get(String.valueOf(arguments[0]));
                  case "isAsyncStarted" -> async;
                  case "addListener" -> {
                    listeners.add((AsyncListener) arguments[0]);
                    yield null;
                  }
                  default -> answers.get(method.getName());
                }));
  }

  private final HttpServletRequest request =
      fake(
          HttpServletRequest.class,
          Map.of("getMethod", "GET", "getAsyncContext", fake(AsyncContext.class, Map.of())));
  private final HttpServletResponse response =
      fake(HttpServletResponse.class, Map.of("getStatus", 204));

  private RequestEvent reported(FilterChain chain) throws Exception {
    try (Door door = new Door()) {
      RequestReporter reporter = RequestReporter.to(door.address()).service("shop").start();
      attributes.put(
          "org.springframework.web.servlet.HandlerMapping.bestMatchingPattern", "/orders/{id}");
      try {
        new ReportingFilter(reporter).doFilter(request, response, chain);
        listeners.forEach(
            listener -> {
              try {
                listener.onComplete(new AsyncEvent(request.getAsyncContext()));
              } catch (IOException e) {
                throw new AssertionError(e);
              }
            });
      } finally {
        reporter.close();
        assertThat(door.events).hasSize(1);
      }
      return door.events.get(0);
    }
  }

  @Test
  void reportsWhatWasAnswered() throws Exception {
    RequestEvent event =
        reported(
            (request, response) -> {
              CacheReads.note("l1");
              CacheReads.note("miss");
              CacheReads.note("l2");
            });
    assertThat(event.route()).isEqualTo("/orders/{id}");
    assertThat(event.status()).isEqualTo(204);
    assertThat(event.cache()).isEqualTo(CacheOutcome.MISS);
    assertThat(CacheReads.take()).isEmpty();
  }

  @Test
  void anExceptionIsAnErrorAndGoesOn() {
    assertThatThrownBy(
            () ->
                reported(
                    (request, response) -> {
                      throw new IllegalStateException("broken");
                    }))
        .hasMessage("broken");
  }

  @Test
  void anAsynchronousAnswerIsReportedWhenItIsThereAndOnce() throws Exception {
    RequestEvent event =
        reported(
            (request, response) -> {
              async = true;
              attributes.put(ReportingFilter.CACHE_ATTRIBUTE, "l3");
            });
    assertThat(listeners).hasSize(1);
    assertThat(event.cache()).isEqualTo(CacheOutcome.L3);
  }
}
