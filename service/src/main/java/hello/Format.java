package hello;

import io.micronaut.http.HttpRequest;
import io.micronaut.http.MediaType;
import java.util.List;
import java.util.Optional;

/** What an answer can look like, in the order of preference when the caller has none (curl, for one). */
enum Format {
    TEXT("text/plain;charset=UTF-8"),
    JSON("application/json"),
    HTML("text/html;charset=UTF-8");

    /** The value of Content-Type. */
    final MediaType type;

    Format(String type) {
        this.type = MediaType.of(type);
    }

    /**
     * Chooses by the Accept header. For each format the most exact of the ranges that cover it gives the quality; the
     * best quality wins, then the more exact range, then what the caller named first.
     *
     * @param request the request
     * @return the format, or nothing when the caller takes none of them
     */
    static Optional<Format> of(HttpRequest<?> request) {
        List<MediaType> ranges;
        try {
            ranges = request.getHeaders().accept();
        } catch (IllegalArgumentException e) {
            return Optional.of(TEXT); // not a media range: as good as no header
        }
        if (ranges.isEmpty()) {
            return Optional.of(TEXT);
        }
        Format best = null;
        double bestQuality = 0;
        int bestExactness = 0;
        int bestPlace = 0;
        for (Format format : values()) {
            int place = format.place(ranges);
            if (place < 0) {
                continue;
            }
            double quality = ranges.get(place).getQualityAsNumber().doubleValue();
            int exactness = exactness(ranges.get(place));
            boolean better = quality > bestQuality
                    || quality == bestQuality
                            && (exactness > bestExactness || exactness == bestExactness && place < bestPlace);
            if (quality > 0 && better) {
                best = format;
                bestQuality = quality;
                bestExactness = exactness;
                bestPlace = place;
            }
        }
        return Optional.ofNullable(best);
    }

    /** Where in the list the most exact range is that covers this format, or -1. */
    private int place(List<MediaType> ranges) {
        int found = -1;
        for (int i = 0; i < ranges.size(); i++) {
            if (covers(ranges.get(i)) && (found < 0 || exactness(ranges.get(i)) > exactness(ranges.get(found)))) {
                found = i;
            }
        }
        return found;
    }

    private boolean covers(MediaType range) {
        return switch (exactness(range)) {
            case 0 -> true;
            case 1 -> range.getType().equalsIgnoreCase(type.getType());
            default -> range.getName().equalsIgnoreCase(type.getName());
        };
    }

    private static int exactness(MediaType range) {
        return range.getType().equals("*") ? 0 : range.getSubtype().equals("*") ? 1 : 2;
    }
}
