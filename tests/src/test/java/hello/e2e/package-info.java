/**
 * The promises of the README on a real cluster, the one that {@code make up} made. Each test prints the number it
 * measured.
 */
package hello.e2e;
