package dev.freshet.console;

import dev.freshet.console.api.Api;
import dev.freshet.console.api.Problem;
import dev.freshet.console.api.ProblemException;
import dev.freshet.console.api.Setup;
import dev.freshet.console.model.Model;
import dev.freshet.console.page.Assets;
import dev.freshet.console.page.Page;
import dev.freshet.console.page.PageQuery;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import io.micrometer.core.instrument.MeterRegistry;
import jakarta.servlet.http.HttpServletRequest;
import java.io.IOException;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.eclipse.jetty.ee10.servlet.ServletHolder;
import org.eclipse.jetty.http.HttpException;

/** The dashboard, its files and its stream, and the stream of the API. */
final class ConsolePages implements Pages {

  private static final String HTML = "text/html; charset=utf-8";

  private final Api api;
  private final Model model;
  private final Setup setup;
  private final Page page;
  private final LiveStreams streams;
  private final InstantSource clock;

  ConsolePages(
      ConsoleConfig config,
      Api api,
      Model model,
      Setup setup,
      MeterRegistry registry,
      InstantSource clock) {
    this.api = api;
    this.model = model;
    this.setup = setup;
    this.page = new Page(model, setup);
    this.clock = clock;
    this.streams = new LiveStreams(config.maxStreams(), registry, clock);
  }

  @Override
  public void routes(RoutesConfig routes, Guard guard, Sending sending) {
    for (String path : List.of("/", "/settings/performance")) {
      routes.get(path, context -> page(context, guard, sending));
    }
    routes.get(
        "/assets/{name}",
        context -> {
          Assets.Asset asset =
              Assets.named(context.pathParam("name"))
                  .orElseThrow(
                      () ->
                          new ProblemException(
                              Problem.NOT_FOUND, "there is no such file of the page", ""));
          sending.send(context, asset.type(), asset.bytes());
        });
  }

  private void page(Context context, Guard guard, Sending sending) throws ProblemException {
    guard.requireThisMachine(context.host());
    PageQuery query = PageQuery.of(context.queryParamMap(), setup);
    byte[] html =
        guard.mayRead(context.header("Authorization"))
            ? page.whole(query, api::status, clock.millis())
            : page.locked(query);
    sending.send(context, HTML, html);
  }

  @Override
  public Map<ServletHolder, String> streams(Guard guard, Refusals refusals) {
    Map<ServletHolder, String> all = new LinkedHashMap<>();
    all.put(
        holder(
            new StreamServlet(
                streams,
                guard,
                refusals,
                (request, opening) ->
                    streams.follow(
                        "api",
                        () -> new ApiChannel(api, model.freshness().feed(), api.run()),
                        opening),
                api.run())),
        "/api/v1/stream");
    all.put(holder(new StreamServlet(streams, guard, refusals, this::follow, api.run())), "/live");
    return all;
  }

  private void follow(HttpServletRequest request, LiveStreams.Opening opening)
      throws ProblemException, IOException {
    PageQuery query = query(request);
    streams.follow(query, () -> new PageChannel(page, query, api, api.run()), opening);
  }

  private PageQuery query(HttpServletRequest request) throws ProblemException {
    Map<String, List<String>> parameters = new LinkedHashMap<>();
    try {
      request.getParameterMap().forEach((name, values) -> parameters.put(name, List.of(values)));
    } catch (HttpException.RuntimeException e) {
      throw new ProblemException(
          Problem.INVALID_PARAMETER,
          "the query cannot be read: " + e.getReason(),
          "write it in UTF-8, percent-encoded");
    }
    return PageQuery.of(parameters, setup).streamed();
  }

  private static ServletHolder holder(StreamServlet servlet) {
    ServletHolder holder = new ServletHolder(servlet);
    holder.setAsyncSupported(true);
    return holder;
  }

  @Override
  public void close() {
    streams.close();
  }
}
