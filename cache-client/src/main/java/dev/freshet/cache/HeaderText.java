package dev.freshet.cache;

/** A reader of the little JSON that an entry's header is made of; a JSON library is optional. */
final class HeaderText {

  private final String text;
  private int at;

  HeaderText(String text) {
    this.text = text;
  }

  void expect(char wanted) {
    if (!skip(wanted)) {
      throw wrong("'" + wanted + "'");
    }
  }

  /** Steps over this character if it comes next; says whether it did. */
  boolean skip(char wanted) {
    while (at < text.length() && text.charAt(at) == ' ') {
      at++;
    }
    if (at < text.length() && text.charAt(at) == wanted) {
      at++;
      return true;
    }
    return false;
  }

  long number() {
    skip('\0');
    int from = at;
    while (at < text.length() && (Character.isDigit(text.charAt(at)) || text.charAt(at) == '-')) {
      at++;
    }
    if (from == at) {
      throw wrong("a number");
    }
    return Long.parseLong(text, from, at, 10);
  }

  String string() {
    expect('"');
    int from = at;
    while (at < text.length() && text.charAt(at) != '"' && text.charAt(at) != '\\') {
      at++;
    }
    StringBuilder read = new StringBuilder(text.substring(from, at));
    while (at < text.length() && text.charAt(at) != '"') {
      char c = text.charAt(at++);
      read.append(c == '\\' ? escaped() : c);
    }
    expect('"');
    return read.toString();
  }

  private char escaped() {
    if (at >= text.length()) {
      throw wrong("a character behind \\");
    }
    char c = text.charAt(at++);
    return switch (c) {
      case 'n' -> '\n';
      case 't' -> '\t';
      case 'r' -> '\r';
      case 'b' -> '\b';
      case 'f' -> '\f';
      case 'u' -> fourDigits();
      default -> c;
    };
  }

  private char fourDigits() {
    if (at + 4 > text.length()) {
      throw wrong("four digits behind \\u");
    }
    at += 4;
    return (char) Integer.parseInt(text, at - 4, at, 16);
  }

  private IllegalArgumentException wrong(String wanted) {
    return new IllegalArgumentException(
        "expected %s at %d of the entry's header: %s"
            .formatted(wanted, at, text.substring(0, Math.min(200, text.length()))));
  }

  static void quote(String value, StringBuilder to) {
    to.append('"');
    for (int i = 0; i < value.length(); i++) {
      char c = value.charAt(i);
      if (c == '"' || c == '\\') {
        to.append('\\').append(c);
      } else if (c < ' ') {
        to.append("\\u").append(Character.forDigit(c >> 12 & 15, 16));
        to.append(Character.forDigit(c >> 8 & 15, 16)).append(Character.forDigit(c >> 4 & 15, 16));
        to.append(Character.forDigit(c & 15, 16));
      } else {
        to.append(c);
      }
    }
    to.append('"');
  }
}
