// SPDX-License-Identifier: GPL-2.0
/* Numbered resources, and recipes: rules refer to a recipe, which says what the switch compares. */
#include "firmware.h"

#define TYPE_RECIPE	5	/* of a resource */
#define FIRST_FREE	10	/* lower recipes are the switch's own */
#define OF_MAC		1	/* a recipe that the driver copies */

/* Allocates a resource: its number, or 0. Numbers of recipes index the driver's tables. */
u16 fake_alloc(struct ice_fake *n, u16 type)
{
	u16 id;

	if (type != TYPE_RECIPE)
		return 32 + n->res[type]++;
	id = find_next_zero_bit(n->recipes, ICE_MAX_NUM_RECIPES, FIRST_FREE);
	if (id >= ICE_MAX_NUM_RECIPES)
		return 0;
	set_bit(id, n->recipes);
	return id;
}

void fake_release(struct ice_fake *n, u16 type, u16 id)
{
	if (type != TYPE_RECIPE || id >= ICE_MAX_NUM_RECIPES)
		return;
	clear_bit(id, n->recipes);
	clear_bit(id, n->added);
}

u16 fake_recipes_add(struct ice_fake *n, struct aq_desc *d, u8 *b, u32 len)
{
	struct ice_aqc_recipe_data_elem *e = (void *)b;
	u32 i, count = le16_to_cpu(PARAM(d, add_get_recipe)->num_sub_recipes);

	for (i = 0; i < count && (i + 1) * sizeof(*e) <= len; i++) {
		if (e[i].recipe_indx >= ICE_MAX_NUM_RECIPES)
			return AQ_EINVAL;
		n->recipe[e[i].recipe_indx] = e[i];
		set_bit(e[i].recipe_indx, n->added);
	}
	return AQ_OK;
}

u16 fake_recipe_get(struct ice_fake *n, struct aq_desc *d, u8 *b, u32 len)
{
	struct ice_aqc_recipe_data_elem *e = (void *)b;
	u16 id = le16_to_cpu(PARAM(d, add_get_recipe)->return_index);

	if (id >= ICE_MAX_NUM_RECIPES || len < sizeof(*e) ||
	    (id != OF_MAC && !test_bit(id, n->added)))
		return AQ_ENOENT;
	*e = n->recipe[id];
	e->recipe_indx = id;
	PARAM(d, add_get_recipe)->num_sub_recipes = cpu_to_le16(1);
	return AQ_OK;
}
