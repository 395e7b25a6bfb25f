/**
 * The HTTP API: what is asked and what is answered, as records, apart from the server. The OpenAPI
 * document is made from these declarations.
 */
@NullMarked
package dev.freshet.console.api;

import org.jspecify.annotations.NullMarked;
