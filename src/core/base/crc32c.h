/*
 * crc32c.h
 *		CRC-32C checksum.
 */
#ifndef PLASTICC_CORE_BASE_CRC32C_H
#define PLASTICC_CORE_BASE_CRC32C_H

#include <stddef.h>
#include <stdint.h>

/* Castagnoli polynomial, reflected, initial value and final inversion as in RFC 3720. */
extern uint32_t crc32c(const unsigned char *bytes, size_t length);

#endif /* PLASTICC_CORE_BASE_CRC32C_H */
