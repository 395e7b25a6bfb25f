package dev.freshet.console.model;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;
import java.util.function.Predicate;

/**
 * The first of many in some order: a page of them, and how many there are. It takes time in
 * proportion to all, and to sort only what is shown: a page of 100 of 10,000 is not worth sorting
 * 10,000.
 *
 * @param matched how many were wanted
 * @param page those of them that were asked for, the first one first
 */
public record Ranked<T>(int matched, List<T> page) {

  /** The {@code limit} wanted ones that come after the first {@code offset}. */
  public static <T> Ranked<T> of(
      Iterable<T> all, Predicate<T> wanted, Comparator<T> order, long offset, long limit) {
    long most = offset + limit;
    PriorityQueue<T> first = new PriorityQueue<>(order.reversed());
    int matched = 0;
    for (T one : all) {
      if (!wanted.test(one)) {
        continue;
      }
      matched++;
      if (first.size() < most) {
        first.add(one);
      } else if (most > 0 && order.compare(one, first.element()) < 0) {
        first.remove();
        first.add(one);
      }
    }
    List<T> sorted = new ArrayList<>(first);
    sorted.sort(order);
    return new Ranked<>(
        matched, List.copyOf(sorted.subList((int) Math.min(offset, sorted.size()), sorted.size())));
  }
}
