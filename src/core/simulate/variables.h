/*
 * variables.h
 *		The sources of the synthetic survey that are there all the time: stars
 *		that pulsate, eclipse, flare or are magnified by a lens, and active
 *		galactic nuclei.
 */
#ifndef PLASTICC_CORE_SIMULATE_VARIABLES_H
#define PLASTICC_CORE_SIMULATE_VARIABLES_H

#include "core/base/random.h"
#include "core/curve/passbands.h"

#define FOURIER_TERMS 4

typedef enum VariableKind
{
	VARIABLE_RR_LYRAE,			  /* class 92 */
	VARIABLE_ECLIPSING_BINARY,	  /* 16 */
	VARIABLE_MIRA,				  /* 53 */
	VARIABLE_M_DWARF,			  /* 65 */
	VARIABLE_MICROLENSING,		  /* 6 */
	VARIABLE_BINARY_MICROLENSING, /* 99 */
	VARIABLE_AGN				  /* 88 */
} VariableKind;

/* Where the source is, and what selection asks of it. */
typedef struct VariableSetting
{
	double redshift;	/* of an AGN */
	double mwebv;		/* mag */
	double event_mjd;	/* peak of a magnification; flares may be forced there */
	bool   force_event; /* an M dwarf flares in the first night from event_mjd on */
	double fainter;		/* added to a star's magnitude */
} VariableSetting;

/* Magnitude = mean + amplitude[band] * series(phase), which spans -0.5 to 0.5. */
typedef struct Pulsation
{
	double cosine[FOURIER_TERMS];
	double sine[FOURIER_TERMS];
	double amplitude[N_PASSBANDS]; /* peak to peak, mag */
} Pulsation;

typedef struct Eclipses
{
	double depth[2][N_PASSBANDS]; /* share of the light lost at phases 0 and 0.5 */
	double half_width;			  /* of an eclipse, in phase */
	double ellipsoidal;			  /* amplitude of the tidal deformation, share of the light */
} Eclipses;

typedef struct Flares
{
	double chance;	   /* of a flare near a night's visits */
	double forced_mjd; /* the first night from here on has a flare; infinite for none */
	double last_mjd;
	double peak_mjd;
	double decay;				/* days */
	double height;				/* share of the star's r flux */
	double colour[N_PASSBANDS]; /* flux per flux in r */
} Flares;

typedef struct Lens
{
	double peak_mjd;
	double impact;		  /* smallest separation, in Einstein radii */
	double einstein_time; /* days */
	double caustic[2];	  /* mjd of entry and exit; equal for a single lens */
} Lens;

typedef struct RandomWalk
{
	double time_scale;			   /* observed days */
	double amplitude[N_PASSBANDS]; /* standard deviation, mag */
	double level;				   /* now, in standard deviations */
	double last_mjd;
} RandomWalk;

typedef struct Variable
{
	VariableKind kind;
	double		 period; /* days, 0 for what is not periodic */
	double		 epoch;	 /* mjd of phase 0 */
	double		 mean_flux[N_PASSBANDS];
	double		 template_flux[N_PASSBANDS]; /* what the survey subtracts */
	union
	{
		Pulsation  pulsation;
		Eclipses   eclipses;
		Flares	   flares;
		Lens	   lens;
		RandomWalk walk;
	} u;
} Variable;

extern void variable_draw(Variable *variable, Random *random, VariableKind kind,
						  const VariableSetting *setting);

/*
 * Its flux less the template's, zero point 27.5.  Flares and random walks are
 * drawn as time goes by, so that calls must be in order of mjd.
 */
extern double variable_flux(Variable *variable, Random *random, double mjd, int passband);

#endif /* PLASTICC_CORE_SIMULATE_VARIABLES_H */
