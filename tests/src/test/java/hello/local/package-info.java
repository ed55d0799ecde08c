/** The scripts of {@code local/}, with a real git and stand-ins for the cluster's tools. */
package hello.local;
