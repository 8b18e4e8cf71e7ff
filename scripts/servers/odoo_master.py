# The master data of every test database: run once by `odoo shell` on the template, on Odoo 14 and 19 alike.
# scripts/odoo puts before it KEYS (API key by user) and ARTICLES (what the sandbox shop sells).
#
# Everything has an external id shop.<name>, so that tests and tables can name it; running it again changes
# nothing. Groups that the versions call differently stand in one table, NAMES.

import odoo

V = odoo.release.version_info[0]
NAMES = {
    14: {
        'pricelists': 'product.group_sale_pricelist',
        'discounts': 'product.group_discount_per_so_line',
        'addresses': 'sale.group_delivery_invoice_address',
        'product_user': None,
        'groups': 'groups_id',
    },
    19: {
        'pricelists': 'product.group_product_pricelist',
        'discounts': 'sale.group_discount_per_so_line',
        'addresses': 'account.group_delivery_invoice_address',
        'product_user': 'product.group_product_manager',
        'groups': 'group_ids',
    },
}[V]

company = env.ref('base.main_company')
country = env.ref('base.fr')


def put(link, model, /, **values):
    """The record shop.<link>: made if it is not there, left alone if it is."""
    record = env.ref('shop.' + link, raise_if_not_found=False)
    return record or env[model]._load_records([{'xml_id': 'shop.' + link, 'values': values, 'noupdate': True}])


def call_it(link, record):
    """Gives a record that Odoo made a name of ours."""
    if not env.ref('shop.' + link, raise_if_not_found=False):
        env['ir.model.data'].create({'module': 'shop', 'name': link, 'model': record._name, 'res_id': record.id,
                                     'noupdate': True})
    return record


# --- company and what its people see -----------------------------------------------------------------------

company.partner_id.write({'name': 'Sandbox Store SAS', 'street': '12 rue de la Paix', 'zip': '69002',
                          'city': 'Lyon', 'country_id': country.id, 'vat': 'FR23334175221'})
company.write({'name': 'Sandbox Store SAS'})
assert company.currency_id.name == 'EUR', 'the French chart of accounts is not loaded'

everybody = env.ref('base.group_user')
for group in (NAMES['pricelists'], NAMES['discounts'], NAMES['addresses'], 'product.group_product_variant',
              'uom.group_uom', 'base.group_multi_currency', 'stock.group_stock_multi_locations',
              'stock.group_stock_multi_warehouses', 'stock.group_adv_location'):
    everybody.write({'implied_ids': [(4, env.ref(group).id)]})

# Units per euro; the shop sells in these, the books are in euro.
for code, rate in (('USD', 1.0837), ('GBP', 0.85), ('JPY', 163.21), ('KWD', 0.3342)):
    currency = env.ref('base.' + code)
    currency.active = True
    put('rate_' + code.lower(), 'res.currency.rate', currency_id=currency.id, company_id=company.id,
        name='2020-01-01', rate=rate)

# --- taxes -------------------------------------------------------------------------------------------------

# Country where the customer is, rate. Other countries than France: distance sales, booked by the French company.
RATES = (('FR', 20), ('FR', 10), ('FR', 5.5), ('FR', 2.1), ('DE', 19), ('DE', 7), ('GB', 20), ('GB', 0),
         ('US', 7.25), ('US', 2.25), ('CA', 5), ('CA', 7))
vat_due = env['account.account'].search([('code', '=like', '4457%')] + (
    [('company_id', '=', company.id)] if V < 18 else []), order='code', limit=1)
assert vat_due, 'no account for collected VAT'


def tax(name, title, rate, included):
    lines = [(0, 0, {'repartition_type': 'base', 'factor_percent': 100}),
             (0, 0, {'repartition_type': 'tax', 'factor_percent': 100, 'account_id': vat_due.id})]
    if V < 17:
        lines = [(0, 0, dict(values, factor_percent=100)) for _, _, values in lines]
    values = {'name': title, 'amount': rate, 'amount_type': 'percent', 'type_tax_use': 'sale',
              'company_id': company.id, 'invoice_repartition_line_ids': lines, 'refund_repartition_line_ids': lines}
    if V < 18:
        values['price_include'] = included
    else:
        values['price_include_override'] = 'tax_included' if included else 'tax_excluded'
    return put(name, 'account.tax', **values)


taxes = {}
for land, rate in RATES:
    word = ('%g' % rate).replace('.', '_')
    for included in (True, False):
        end = 'incl' if included else 'excl'
        name, title = 'tax_%s_%s_%s' % (land.lower(), word, end), 'Shop %s %g%% %s.' % (land, rate, end)
        taxes[land, rate, included] = tax(name, title, rate, included)
untaxed = tax('tax_none', 'Shop 0%', 0, False)

# --- articles ----------------------------------------------------------------------------------------------

STORABLE = {'type': 'product'} if V < 18 else {'type': 'consu', 'is_storable': True}
SERVICE = {'type': 'service'}
standard, reduced = taxes['FR', 20, True], taxes['FR', 5.5, True]


def euros(cents):
    return round(cents / 100.0, 2)


def product(name, title, sku, price=0.0, kind=STORABLE, vat=standard, **more):
    return put(name, 'product.product', name=title, default_code=sku, list_price=price, invoice_policy='order',
               taxes_id=[(6, 0, vat.ids)], **kind, **more)


attribute = put('attribute_variant', 'product.attribute', name='Variant', create_variant='always')
titles = {}
for article in ARTICLES:
    titles.setdefault(article['title'], []).append(article)
goods = []
for number, (title, articles) in enumerate(sorted(titles.items(), key=lambda item: item[1][0]['n'])):
    first = articles[0]
    vat = reduced if first['rate'] == 'reduced' else standard
    if first['sku'].startswith('GIFT'):
        product('product_gift_50', title, first['sku'], euros(first['price']), SERVICE, untaxed)
        continue
    values = [put('variant_%s' % a['variantTitle'].lower(), 'product.attribute.value', name=a['variantTitle'],
                  attribute_id=attribute.id).id for a in articles]
    choice = {'attribute_id': attribute.id, 'value_ids': [(6, 0, values)]}
    template = put('template_%d' % number, 'product.template', name=title, list_price=euros(first['price']),
                   invoice_policy='order', taxes_id=[(6, 0, vat.ids)], description_sale=first['vendor'],
                   attribute_line_ids=[(0, 0, choice)], **STORABLE)
    variants = {v.product_template_attribute_value_ids.name: v for v in template.product_variant_ids}
    for article in articles:
        variant = variants[article['variantTitle']]
        variant.product_template_attribute_value_ids.price_extra = euros(article['price'] - first['price'])
        variant.write({'default_code': article['sku'], 'barcode': article['barcode'], 'weight': 0.25,
                       'standard_price': euros(article['price'] // 2)})
        goods.append(call_it('product_%d' % article['n'], variant))

# What makes trouble.
product('product_twice_a', 'Twice the same SKU, first', 'TWICE-0001', 10)
product('product_twice_b', 'Twice the same SKU, second', 'TWICE-0001', 12)
product('product_archived', 'No longer sold', 'OLD-0001', 10, active=False)
product('product_no_sku', 'Without SKU', False, 10)
product('product_spaces', 'SKU with a blank before it', ' SPACE-0001', 10)
# What an order has beside goods.
for sku, title in (('SHIPPING', 'Shipping'), ('DISCOUNT', 'Discount'), ('TIP', 'Tip'), ('GIFT-CARD', 'Gift card'),
                   ('ROUNDING', 'Rounding'), ('DUTIES', 'Duties'), ('FEES', 'Fees'), ('CUSTOM', 'Custom item')):
    product('product_' + sku.lower().replace('-', '_'), title, sku, 0, SERVICE)

# --- warehouses and what lies there ------------------------------------------------------------------------

first_warehouse = env['stock.warehouse'].search([('company_id', '=', company.id)], order='id', limit=1)
lyon = call_it('warehouse_lyon', first_warehouse)
lyon.write({'name': 'Warehouse Lyon', 'code': 'LYON'})
paris = put('warehouse_paris', 'stock.warehouse', name='Shop Paris 8e', code='PARIS', company_id=company.id)
quants = env['stock.quant'].with_context(inventory_mode=False)
for number, variant in enumerate(goods):
    for place, quantity in ((lyon.lot_stock_id, 100 + number), (paris.lot_stock_id, number % 10)):
        if quantity and not quants.search([('product_id', '=', variant.id), ('location_id', '=', place.id)]):
            quants._update_available_quantity(variant, place, quantity)

for name, title in (('colissimo', 'Colissimo'), ('dhl', 'DHL Express')):
    link = 'https://tracking.example/%s/<shipmenttrackingnumber>' % name
    more = {'tracking_url': link} if 'tracking_url' in env['delivery.carrier']._fields else {}
    put('carrier_' + name, 'delivery.carrier', name=title, delivery_type='fixed',
        product_id=env.ref('shop.product_shipping').id, **more)

# --- selling and being paid --------------------------------------------------------------------------------

for code in ('EUR', 'USD', 'GBP', 'JPY', 'KWD'):
    put('pricelist_' + code.lower(), 'product.pricelist', name='Shop ' + code, currency_id=env.ref('base.' + code).id,
        company_id=company.id)
put('team_online', 'crm.team', name='Online shop', company_id=company.id)
put('tag_web', 'crm.tag', name='Web')
call_it('payment_term_30_days', env.ref('account.account_payment_term_30days'))
call_it('payment_term_immediate', env.ref('account.account_payment_term_immediate'))


def outstanding(name, title, code):
    """An account where a payment waits for the bank statement. Without one Odoo 19 books no entry for a payment."""
    kind = ({'user_type_id': env.ref('account.data_account_type_current_assets').id, 'company_id': company.id}
            if V < 16 else {'account_type': 'asset_current'})
    return put(name, 'account.account', name=title, code=code, reconcile=True, **kind)


def journal(number, name, title):
    account = outstanding('outstanding_' + name, 'Outstanding ' + title, '5119%02d' % number)
    accounts = {'payment_debit_account_id': account.id, 'payment_credit_account_id': account.id} if V < 15 else {}
    made = put('journal_' + name, 'account.journal', name=title, code='GW%d' % number, type='bank',
               company_id=company.id, **accounts)
    if not accounts:
        lines = made.inbound_payment_method_line_ids | made.outbound_payment_method_line_ids
        lines.write({'payment_account_id': account.id})


for number, (name, title) in enumerate((
        ('shopify_payments', 'Shopify Payments'), ('bank_deposit', 'Bank Deposit'),
        ('gift_card', 'Gift card payments'), ('cash', 'Cash at the till'), ('manual', 'Manual payments'),
        ('bogus', 'Bogus gateway')), 1):
    journal(number, name, title)

# --- users -------------------------------------------------------------------------------------------------

# What suffices for all flows, and nothing more.
ENOUGH = ['base.group_user', 'base.group_partner_manager', 'base.group_allow_export',
          'sales_team.group_sale_salesman_all_leads', 'stock.group_stock_user', 'account.group_account_invoice',
          NAMES['product_user']]
# Sees its own orders, and neither stock nor invoices.
TOO_FEW = ['base.group_user', 'sales_team.group_sale_salesman']


def user(login, title, groups):
    ids = [env.ref(group).id for group in groups if group]
    return put('user_' + login, 'res.users', login=login, name=title, email=login + '@sandbox.example', tz='UTC',
               lang='en_US', company_id=company.id, company_ids=[(6, 0, company.ids)],
               **{NAMES['groups']: [(6, 0, ids)]})


def give_key(person, key):
    """As res.users.apikeys does it, with a key that is known already."""
    from odoo.addons.base.models.res_users import INDEX_SIZE, KEY_CRYPT_CONTEXT
    env.cr.execute('delete from res_users_apikeys where user_id = %s', [person.id])
    env.cr.execute('insert into res_users_apikeys (name, user_id, scope, key, index) values (%s, %s, %s, %s, %s)',
                   ['erpsync', person.id, 'rpc', KEY_CRYPT_CONTEXT.hash(key), key[:INDEX_SIZE]])


# The person in the warehouse and in accounting, as far as the tests need one; in another time zone than UTC.
admin = env.ref('base.user_admin')
admin.tz = 'Europe/Paris'
admin.write({NAMES['groups']: [(4, env.ref(group).id) for group in (
    'sales_team.group_sale_manager', 'stock.group_stock_manager', 'account.group_account_manager') + (
    (NAMES['product_user'],) if NAMES['product_user'] else ())]})
give_key(admin, KEYS['admin'])
give_key(user('erpsync', 'erpsync', ENOUGH), KEYS['erpsync'])
give_key(user('limited', 'Too few rights', TOO_FEW), KEYS['limited'])

env.cr.commit()
print('master data is complete')
