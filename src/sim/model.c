/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */

#include "sim/model.h"
#include "sim/signal.h"

#include <string.h>

#define FIRMWARE "1.0.0-sim"

typedef struct {
	const gchar *kind;
	const gchar *name;
	ktp_Kind number;
	guint n_nodes;
	guint full_scale_hpa;
} Model;

static const Model models[] = {
	/* 1580 hPa: common film sensors end near 158 kPa */
	{"back14", "Back 14", ktp_KIND_BACK14, 14, 1580},
	{"roller", "Roller", ktp_KIND_ROLLER, 1, 2500},
	{"foam-roll", "Foam Roll", ktp_KIND_FOAM_ROLL, 4, 2000},
};

/* down one side of the spine, from the neck */
static const ktp_Region back_regions[7] = {
	ktp_REGION_SEMISPINALIS,       ktp_REGION_UPPER_TRAPEZIUS,
	ktp_REGION_RHOMBOIDS,          ktp_REGION_ERECTOR_SPINAE_THORACIC,
	ktp_REGION_LATISSIMUS_DORSI,   ktp_REGION_ERECTOR_SPINAE_LUMBAR,
	ktp_REGION_QUADRATUS_LUMBORUM,
};

gboolean
kn_model_describe(const gchar *kind, const gchar *serial, ktp_Info *ret_info)
{
	const Model *model = NULL;
	gsize n_serial = strlen(serial);

	for (guint i = 0; i < G_N_ELEMENTS(models); i++)
		if (g_str_equal(kind, models[i].kind))
			model = &models[i];
	if (model == NULL || n_serial == 0 || n_serial > sizeof ret_info->serial.bytes)
		return FALSE;
	*ret_info = (ktp_Info){
		.protocol = 1,
		.kind = model->number,
		.sample_period_us = KN_SIGNAL_PERIOD_US,
		.nodes_count = (pb_size_t)model->n_nodes,
		.capabilities = ktp_CAPABILITY_BANKS | ktp_CAPABILITY_MOTION |
				ktp_CAPABILITY_IDENTIFY | ktp_CAPABILITY_WIPE,
	};
	for (guint i = 0; i < model->n_nodes; i++) {
		ret_info->nodes[i].full_scale_hpa = model->full_scale_hpa;
		if (model->number != ktp_KIND_BACK14)
			continue;
		ret_info->nodes[i].region = back_regions[i % 7];
		ret_info->nodes[i].side = i < 7 ? ktp_SIDE_LEFT : ktp_SIDE_RIGHT;
	}
	ret_info->model.size = (pb_size_t)strlen(model->name);
	memcpy(ret_info->model.bytes, model->name, ret_info->model.size);
	ret_info->serial.size = (pb_size_t)n_serial;
	memcpy(ret_info->serial.bytes, serial, n_serial);
	ret_info->firmware.size = (pb_size_t)strlen(FIRMWARE);
	memcpy(ret_info->firmware.bytes, FIRMWARE, ret_info->firmware.size);
	return TRUE;
}

const gchar *
kn_model_name(ktp_Kind kind)
{
	for (guint i = 0; i < G_N_ELEMENTS(models); i++)
		if (models[i].number == kind)
			return models[i].name;
	return "Massager";
}
