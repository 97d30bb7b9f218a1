/*
 * explosions.h
 *		The explosions of the synthetic survey: supernovae, kilonovae and tidal
 *		disruptions, whose light comes and goes once.
 *
 * An explosion is a cooling black body with a light curve: in its rest frame
 *
 *		L(lambda, t) = L_peak shape(t) B(lambda, T(t)) / B(4800 A, T(t)),
 *
 * seen at lambda / (1 + z), t / (1 + z), at its distance, through the dust of
 * its host and of the Milky Way.  Lines of iron-rich ejecta dim the
 * ultraviolet, and those of type Ia brighten again in the infrared.
 */
#ifndef PLASTICC_CORE_SIMULATE_EXPLOSIONS_H
#define PLASTICC_CORE_SIMULATE_EXPLOSIONS_H

#include "core/base/random.h"
#include "core/curve/passbands.h"

typedef enum ExplosionKind
{
	EXPLOSION_IA,				/* class 90 */
	EXPLOSION_IA_91BG,			/* 67 */
	EXPLOSION_IAX,				/* 52 */
	EXPLOSION_IBC,				/* 62 */
	EXPLOSION_II,				/* 42, plateau or linear */
	EXPLOSION_IIN,				/* 42, interacting */
	EXPLOSION_SLSN,				/* 95 */
	EXPLOSION_TDE,				/* 15 */
	EXPLOSION_KILONOVA,			/* 64 */
	EXPLOSION_ILOT,				/* 99: intermediate-luminosity optical transient */
	EXPLOSION_CALCIUM_RICH,		/* 99 */
	EXPLOSION_PAIR_INSTABILITY, /* 99 */
	EXPLOSION_KINDS
} ExplosionKind;

typedef struct Explosion
{
	double peak_mjd;
	double stretch;	  /* observed days per day of the template: its width times 1 + z */
	double magnitude; /* absolute AB at peak, rest-frame 4800 A, without dust */
	double rise;	  /* template days, see explosion_shape() */
	double fall;
	double plateau;
	double tail_fraction;
	double tail_time;
	bool   power_law;
	double peak_temperature; /* K */
	double late_temperature;
	double cooling_time;					/* template days */
	double scale[N_PASSBANDS];				/* flux at peak if it were as bright as at 4800 A */
	double second_peak[N_PASSBANDS];		/* height of the infrared's second maximum, of scale */
	double inverse_wavelength[N_PASSBANDS]; /* 1 / rest-frame wavelength, 1/Angstrom */
} Explosion;

/* Draws an explosion of a kind at this redshift (> 0) with its peak at peak_mjd. */
extern void explosion_draw(Explosion *explosion, Random *random, ExplosionKind kind,
						   double redshift, double mwebv, double peak_mjd);

/* Its flux, zero point 27.5. */
extern double explosion_flux(const Explosion *explosion, double mjd, int passband);

#endif /* PLASTICC_CORE_SIMULATE_EXPLOSIONS_H */
