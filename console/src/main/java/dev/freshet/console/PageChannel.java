package dev.freshet.console;

import dev.freshet.console.api.Api;
import dev.freshet.console.page.Page;
import dev.freshet.console.page.PageQuery;
import java.util.Map;

/**
 * The parts of the page that have changed, for everybody who chose the same. A position is the
 * number of a tick.
 */
final class PageChannel implements Channel {

  private static final long CHART_EVERY_TICKS = 5;

  private final Page page;
  private final PageQuery query;
  private final Api api;
  private final String run;
  private Map<String, String> parts = Map.of();
  private long ticks;
  private byte[] changed = new byte[0];
  private byte[] whole = new byte[0];

  PageChannel(Page page, PageQuery query, Api api, String run) {
    this.page = page;
    this.query = query;
    this.api = api;
    this.run = run;
  }

  @Override
  public void tick(long nowMillis) {
    Map<String, String> now = page.live(query, api.status(), nowMillis);
    ticks++;
    String id = run + "." + ticks;
    Events since = new Events();
    Events all = new Events();
    now.forEach(
        (part, html) -> {
          String data =
              "{\"id\":%s,\"html\":%s}".formatted(Events.quoted(part), Events.quoted(html));
          all.add(id, "part", data);
          if (!html.equals(parts.get(part))) {
            since.add(id, "part", data);
          }
        });
    String time =
        "{\"now_ms\":%d,\"chart\":%b}".formatted(nowMillis, ticks % CHART_EVERY_TICKS == 0);
    changed = since.add(id, "tick", time).bytes();
    whole = all.add(id, "tick", time).bytes();
    parts = now;
  }

  @Override
  public Frame after(long position) {
    if (ticks == 0) {
      return new Frame(new byte[0], NOTHING);
    }
    return new Frame(position == ticks - 1 ? changed : whole, ticks);
  }
}
