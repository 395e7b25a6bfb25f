package dev.freshet.console.model;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class RankedTest {

  private static final Comparator<Integer> LARGEST = Comparator.reverseOrder();

  @Test
  void aPageIsWhatSortingAllAndCuttingItOutWouldGive() {
    List<Integer> all = new java.util.ArrayList<>(IntStream.range(0, 500).boxed().toList());
    Collections.shuffle(all, new Random(1));
    List<Integer> even = all.stream().filter(number -> number % 2 == 0).sorted(LARGEST).toList();
    for (int offset : new int[] {0, 1, 7, 249, 250, 1_000_000}) {
      for (int limit : new int[] {0, 1, 15, 250, 1000}) {
        Ranked<Integer> ranked = Ranked.of(all, number -> number % 2 == 0, LARGEST, offset, limit);
        assertEquals(250, ranked.matched());
        assertEquals(
            even.stream().skip(offset).limit(limit).toList(),
            ranked.page(),
            "from " + offset + ", at most " + limit);
      }
    }
  }
}
