package dev.freshet.app.command;

import java.util.regex.Pattern;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** How many, on the command line: from 1 on, at most nine digits. */
final class CountOption implements ITypeConverter<Long> {

  private static final Pattern FORM = Pattern.compile("[1-9][0-9]{0,8}");

  @Override
  public Long convert(String text) {
    if (!FORM.matcher(text).matches()) {
      throw new TypeConversionException("\"" + text + "\" is not a whole number from 1 on");
    }
    return Long.valueOf(text);
  }
}
