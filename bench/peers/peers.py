"""The same work by what a user of Python would take instead: prints "name,milliseconds an object".

usage: peers.py OBSERVATIONS.csv WAVELENGTHS MIN_FREQUENCY MAX_FREQUENCY OVERSAMPLING

One thread; of each, as many objects as take some seconds.
"""

import sys
import time
import warnings

import numpy
import pandas
from astropy.timeseries import LombScargle

warnings.simplefilter("ignore")

PERIODOGRAMS = 40
PROCESSES = 10
PROCESS_OBSERVATIONS = 150


def report(name, seconds, objects):
    print(f"{name},{1e3 * seconds / objects:.4f}", flush=True)


def frequencies(mjd, minimum, maximum, oversampling):
    step = 1.0 / (oversampling * (mjd.max() - mjd.min()))
    return numpy.arange(numpy.ceil(minimum / step), numpy.floor(maximum / step) + 1) * step


def band_power(band, grid_frequencies):
    return LombScargle(band.mjd.values, band.flux.values, band.flux_err.values).power(
        grid_frequencies, method="fast", assume_regular_frequency=True)


def periodograms(objects, grid):
    start = time.process_time()
    for curve in objects[:PERIODOGRAMS]:
        band = curve[curve.passband == 2]
        band_power(band, frequencies(band.mjd.values, *grid))
    report("periodogram of one band", time.process_time() - start, PERIODOGRAMS)

    # the sum of the bands' powers, weighted by their chi^2, is the multiband periodogram with a sinusoid for each band
    start = time.process_time()
    for curve in objects[:PERIODOGRAMS]:
        grid_frequencies = frequencies(curve.mjd.values, *grid)
        for _, band in curve.groupby("passband"):
            if len(band) > 3:
                band_power(band, grid_frequencies)
    report("periodogram of all bands", time.process_time() - start, PERIODOGRAMS)


def processes(objects, wavelengths):
    from sklearn.gaussian_process import GaussianProcessRegressor
    from sklearn.gaussian_process.kernels import ConstantKernel, Matern

    large = [curve.iloc[:PROCESS_OBSERVATIONS] for curve in objects if len(curve) >= PROCESS_OBSERVATIONS][:PROCESSES]
    # the likelihood has several maxima: plasticc finds the highest, scikit-learn the one that its start leads to
    for name, restarts in ("one start", 0), ("ten starts", 9):
        start = time.process_time()
        for curve in large:
            x = numpy.column_stack([curve.mjd, numpy.take(wavelengths, curve.passband) / 6000.0])
            scale = curve.flux.abs().max()
            GaussianProcessRegressor(
                ConstantKernel(1.0, (1e-4, 1e4)) * Matern([20.0, 1.0], [(0.1, 1000.0), (0.999, 1.001)], nu=1.5),
                alpha=(curve.flux_err.values / scale) ** 2, n_restarts_optimizer=restarts,
                random_state=1).fit(x, curve.flux.values / scale)
        report(f"Gaussian process of {PROCESS_OBSERVATIONS} observations; {name}", time.process_time() - start, len(large))


def features(observations):
    def quantile(q):
        return lambda values: values.quantile(q)

    start = time.process_time()
    data = observations.assign(snr=observations.flux / observations.flux_err)
    groups = data.groupby(["object_id", "passband"])
    aggregates = ["count", "min", "max", "mean", "median", "std", "skew", quantile(0.1), quantile(0.25), quantile(0.75), quantile(0.9)]
    table = groups.agg({"flux": aggregates, "flux_err": aggregates, "snr": aggregates, "mjd": ["min", "max"]}).unstack()
    report("simple features", time.process_time() - start, len(table))


def main():
    observations = pandas.read_csv(sys.argv[1])
    wavelengths = numpy.array([float(x) for x in sys.argv[2].split(",")])
    objects = [curve for _, curve in observations.groupby("object_id")]
    periodograms(objects, [float(x) for x in sys.argv[3:6]])
    features(observations)
    processes(objects, wavelengths)


main()
