package dev.freshet.materializer.engine;

import dev.freshet.materializer.state.Decoder;
import dev.freshet.materializer.state.Encoder;
import java.util.Arrays;

/** How many values there are of each small number: scales, variants. Sorted, mostly one entry. */
final class Counts {

  private int[] numbers = new int[1];
  private long[] counts = new long[1];
  private int size;

  void add(int number, long weight) {
    int at = 0;
    while (at < size && numbers[at] < number) {
      at++;
    }
    if (at < size && numbers[at] == number) {
      counts[at] += weight;
      if (counts[at] == 0) {
        size--;
        System.arraycopy(numbers, at + 1, numbers, at, size - at);
        System.arraycopy(counts, at + 1, counts, at, size - at);
      }
      return;
    }
    if (size == numbers.length) {
      numbers = Arrays.copyOf(numbers, size * 2);
      counts = Arrays.copyOf(counts, size * 2);
    }
    System.arraycopy(numbers, at, numbers, at + 1, size - at);
    System.arraycopy(counts, at, counts, at + 1, size - at);
    numbers[at] = number;
    counts[at] = weight;
    size++;
  }

  boolean has(int number) {
    return Arrays.binarySearch(numbers, 0, size, number) >= 0;
  }

  boolean isEmpty() {
    return size == 0;
  }

  /** The greatest number present; 0 when there is none. */
  int greatest() {
    return size == 0 ? 0 : numbers[size - 1];
  }

  void write(Encoder out) {
    out.number(size);
    for (int i = 0; i < size; i++) {
      out.number(numbers[i]).number(counts[i]);
    }
  }

  static Counts read(Decoder in) {
    Counts read = new Counts();
    read.size = (int) in.number();
    read.numbers = new int[Math.max(1, read.size)];
    read.counts = new long[Math.max(1, read.size)];
    for (int i = 0; i < read.size; i++) {
      read.numbers[i] = (int) in.number();
      read.counts[i] = in.number();
    }
    return read;
  }
}
