/** The chart, its values and the platform's manifests, checked without a cluster. */
package hello.chart;
