package dev.freshet.reporter;

import jakarta.servlet.AsyncEvent;
import jakarta.servlet.AsyncListener;
import jakarta.servlet.Filter;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.ServletResponse;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;

/**
 * A servlet filter that reports every request, synchronous and asynchronous.
 *
 * <p>What the caches did comes from {@link CacheReads}, or from the request attribute {@link
 * #CACHE_ATTRIBUTE} where the application sets it. An exception that leaves the chain counts as
 * status 500. Thread-safe.
 */
public final class ReportingFilter implements Filter {

  /** The request attribute with what the caches did: {@code l1}, {@code miss}, … */
  public static final String CACHE_ATTRIBUTE = "freshet.cache";

  /** Where Spring MVC says which pattern matched. */
  private static final String SPRING_PATTERN =
      "org.springframework.web.servlet.HandlerMapping.bestMatchingPattern";

  private static final int FAILED = 500;

  private final RequestReporter reporter;
  private final Function<HttpServletRequest, String> routes;

  /** Routes are Spring MVC's patterns; where there are none, the pattern of the servlet. */
  public ReportingFilter(RequestReporter reporter) {
    this(reporter, ReportingFilter::pattern);
  }

  /**
   * With routes of the application's own.
   *
   * @param routes tells the template of an answered request; empty when none matched
   */
  public ReportingFilter(RequestReporter reporter, Function<HttpServletRequest, String> routes) {
    this.reporter = reporter;
    this.routes = routes;
  }

  private static String pattern(HttpServletRequest request) {
    Object spring = request.getAttribute(SPRING_PATTERN);
    return spring != null ? spring.toString() : request.getHttpServletMapping().getPattern();
  }

  @Override
  public void doFilter(ServletRequest request, ServletResponse response, FilterChain chain)
      throws IOException, ServletException {
    if (!(request instanceof HttpServletRequest http)
        || !(response instanceof HttpServletResponse answer)) {
      chain.doFilter(request, response);
      return;
    }
    CacheReads.take();
    Measured measured = new Measured(http, answer);
    boolean failed = true;
    try {
      chain.doFilter(request, response);
      failed = false;
    } finally {
      measured.cache = CacheReads.take();
      if (!failed && http.isAsyncStarted()) {
        http.getAsyncContext().addListener(measured);
      } else {
        measured.report(failed);
      }
    }
  }

  /** One request under way; reported once, whatever the container calls. */
  private final class Measured implements AsyncListener {
    private final HttpServletRequest request;
    private final HttpServletResponse response;
    private final long began = System.nanoTime();
    private volatile String cache = "";
    private final AtomicBoolean reported = new AtomicBoolean();

    Measured(HttpServletRequest request, HttpServletResponse response) {
      this.request = request;
      this.response = response;
    }

    void report(boolean failed) {
      if (!reported.compareAndSet(false, true)) {
        return;
      }
      Object told = request.getAttribute(CACHE_ATTRIBUTE);
      reporter.report(
          new AnsweredRequest(
              System.currentTimeMillis(),
              routes.apply(request),
              request.getMethod(),
              failed ? FAILED : response.getStatus(),
              System.nanoTime() - began,
              told == null ? cache : told.toString(),
              ""));
    }

    @Override
    public void onComplete(AsyncEvent event) {
      report(false);
    }

    @Override
    public void onTimeout(AsyncEvent event) {
      report(true);
    }

    @Override
    public void onError(AsyncEvent event) {
      report(true);
    }

    @Override
    public void onStartAsync(AsyncEvent event) {
      event.getAsyncContext().addListener(this);
    }
  }
}
