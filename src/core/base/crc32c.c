/*
 * crc32c.c
 *		CRC-32C, eight bytes at a time (Kounavis and Berry, 2005).
 */
#include "core/base/crc32c.h"

uint32_t
crc32c(const unsigned char *bytes, size_t length)
{
	uint32_t table[8][256]; /* [k][b]: contribution of byte b followed by k bytes */
	uint32_t crc = 0xFFFFFFFF;

	for (uint32_t i = 0; i < 256; i++)
	{
		uint32_t remainder = i;

		for (int bit = 0; bit < 8; bit++)
			remainder = (remainder >> 1) ^ (remainder & 1 ? 0x82F63B78 : 0);
		table[0][i] = remainder;
	}
	for (int k = 1; k < 8; k++)
		for (int i = 0; i < 256; i++)
			table[k][i] = (table[k - 1][i] >> 8) ^ table[0][table[k - 1][i] & 0xFF];

	for (; length >= 8; length -= 8, bytes += 8)
		crc = table[7][bytes[0] ^ (crc & 0xFF)] ^ table[6][bytes[1] ^ (crc >> 8 & 0xFF)] ^
			  table[5][bytes[2] ^ (crc >> 16 & 0xFF)] ^ table[4][bytes[3] ^ (crc >> 24)] ^
			  table[3][bytes[4]] ^ table[2][bytes[5]] ^ table[1][bytes[6]] ^ table[0][bytes[7]];
	for (; length > 0; length--, bytes++)
		crc = (crc >> 8) ^ table[0][(crc ^ *bytes) & 0xFF];
	return ~crc;
}
