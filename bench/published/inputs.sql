-- Inputs of the networks: the published columns, the metadata, and values derived from both.  Missing and
-- undefined numbers are NULL, a missing value for the network.  hostgal_specz is not used.

CREATE FUNCTION safe_ln(double precision) RETURNS double precision
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS 'SELECT CASE WHEN $1 > 0 THEN ln($1) END';

-- Columns that exist once per passband become arrays of six elements; published_bands makes the list.
CREATE TABLE inputs AS
WITH bands AS (
    SELECT object_id, target, fold,
           p.others AS published, :published_bands,
           all_flux_max, all_flux_min, all_flux_mean, all_flux_median, all_flux_std, all_flux_w_mean,
           all_flux_err_mean, all_flux_err_median, all_flux_err_std, all_flux_ratio_sq_sum,
           all_flux_by_flux_ratio_sq_sum, all_mjd_size,
           all_detected_mean * all_mjd_size AS n_detected,
           ddf, hostgal_photoz, mwebv,
           -- a photometric redshift of 0 marks the Milky Way
           nullif(hostgal_photoz, 0) AS z, CASE WHEN hostgal_photoz > 0 THEN hostgal_photoz_err END AS z_err, distmod
    FROM published p JOIN objects o USING (object_id, target)
)
SELECT object_id, target, fold,
       (published
        || ARRAY[ddf::integer, z, z_err, distmod, mwebv]
        -- absolute magnitudes of amplitude, maximum, spread and height over the median, by passband
        || ARRAY(SELECT -2.5 / ln(10) * safe_ln(x) - distmod
                 FROM unnest(amplitude || maximum || std) AS x)
        || ARRAY(SELECT -2.5 / ln(10) * safe_ln(maximum[b] - median[b]) - distmod
                 FROM generate_series(1, 6) AS b)
        -- colours: log ratios of neighbouring passbands
        || ARRAY(SELECT safe_ln(x.band[b]) - safe_ln(x.band[b + 1])
                 FROM (VALUES (amplitude), (maximum), (std),
                              (ARRAY(SELECT maximum[b] - median[b] FROM generate_series(1, 6) AS b))) AS x (band),
                      generate_series(1, 5) AS b)
        -- slopes relative to the light curve's scale, in the observer's and in the rest frame
        || ARRAY(SELECT safe_ln(max_slope[b]) - safe_ln(amplitude[b]) + x
                 FROM generate_series(1, 6) AS b, unnest(ARRAY[0, ln(1 + z)]) AS x)
        -- of the whole light curve: detections, signal-to-noise ratio, luminosity
        || ARRAY[n_detected, safe_ln(n_detected) - ln(1 + z),
                 safe_ln(all_flux_ratio_sq_sum / all_mjd_size),
                 safe_ln(all_flux_ratio_sq_sum / greatest(n_detected, 1)),
                 all_flux_max / nullif(all_flux_max - all_flux_min, 0),
                 all_flux_mean / nullif(all_flux_std, 0), all_flux_median / nullif(all_flux_std, 0),
                 safe_ln(all_flux_std / nullif(all_flux_max - all_flux_min, 0)),
                 safe_ln(all_flux_err_std / nullif(all_flux_err_mean, 0)), safe_ln(z_err / z),
                 cbrt(all_flux_by_flux_ratio_sq_sum) / nullif(sqrt(all_flux_ratio_sq_sum), 0),
                 all_flux_w_mean / nullif(all_flux_max - all_flux_min, 0),
                 all_flux_w_mean / nullif(all_flux_std, 0),
                 -2.5 / ln(10) * safe_ln(all_flux_w_mean) - distmod,
                 -2.5 / ln(10) * safe_ln(all_flux_max) - distmod,
                 -2.5 / ln(10) * safe_ln(all_flux_err_median) - distmod])::real[] AS features
FROM bands;

CREATE TABLE predictions (preset text, seed integer, object_id bigint, target integer, probabilities real[], classes integer[]);
