/*
 * scopes.h
 *		The passbands of a feature: all together, one, or a pair.
 */
#ifndef PLASTICC_CORE_FEATURES_SCOPES_H
#define PLASTICC_CORE_FEATURES_SCOPES_H

#include "core/curve/passbands.h"

/* All bands together, then each passband. */
#define SCOPE_ALL 0
#define N_SCOPES (1 + N_PASSBANDS)

/* Passband pairs in the order ug ur ui uz uy gr gi ... zy. */
#define N_PAIRS (N_PASSBANDS * (N_PASSBANDS - 1) / 2)

#endif /* PLASTICC_CORE_FEATURES_SCOPES_H */
