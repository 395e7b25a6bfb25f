package dev.freshet.materializer.source;

/** The source database did not answer a question about its tables. */
public final class CatalogException extends RuntimeException {

  private static final long serialVersionUID = 1;

  CatalogException(String message, Throwable cause) {
    super(message, cause);
  }
}
