package dev.freshet.endtoend.faults;

import dev.freshet.app.Main;
import java.io.IOException;
import java.io.OutputStream;

/**
 * {@code freshet}, in a process that ends with the one that started it: its standard input is a
 * pipe that breaks then.
 */
final class MemberMain {

  private MemberMain() {}

  public static void main(String[] words) {
    Thread watch = new Thread(MemberMain::endWithParent, "parent");
    watch.setDaemon(true);
    watch.start();
    Main.main(words);
  }

  private static void endWithParent() {
    try {
      System.in.transferTo(OutputStream.nullOutputStream());
    } catch (IOException broken) {
      Runtime.getRuntime().halt(1);
    }
    Runtime.getRuntime().halt(1);
  }
}
