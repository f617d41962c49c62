package scrub

import "strings"

// pageWords are ordinary words that sites name pages with. Behind a person word a
// segment of such words alone is a page (/members/pricing, /customers/case-studies);
// any other names a person. Words that are also given or family names (grace, price,
// baker, may) are not here: a page too few is a row that merges, a name too many is a
// person who is shown.
var pageWords = words(`
	iniciar sesion cerrar room rooms join now
	about above academy agent access accessibility accessories accounting achievements action actions add-ons added addon addons
	admin administration admission admissions advanced advantages advertise advertising advice advisory affiliate affiliates
	after agenda agreement agreements album albums alert alerts all alumni analysis analytics and announcements answers any
	app apparel application applications apply appointment appraisal approval approvals app-store area areas around
	article articles assessment assessments assets assignment assignments assistance associates association at
	attendance auction auctions audience authentication author-guidelines automation autofill availability awards
	back backup badge badges balance banking banner banners base basics before beginners benefit benefits best-practices beta bids
	billing bio biography birthday blacklist block blog blogs board boards body bonus bonuses book booking bookings bookmarks
	books brands briefing brochure browse budget budgets bug bugs build builder bulletin bundle bundles business businesses buy buying by
	calculator campaign campaigns campus cancel cancellation cancellations care career careers cart cases case-studies catalog
	catalogue categories category center centre central certificate certificates certification certifications challenge
	challenges change changes channel channels charges chart charts chat checklist checklists children choice
	claim claims class classes classroom click clinic clinical closed club clubs co coaching code codes collection collections
	college commission commissions committee communication communications communities community compare comparison compensation
	competition complaint complaints compliance concerns conditions conduct conference conferences configuration connect
	connection console contact-us content contest contests contract contracts contribute contributions control controls
	convention conversations conversion cookie cookies copyright corporate correspondence council coupon course courses
	coverage create-account creators credentials credit credits crew culture currency curriculum custom
	daily data-protection days deal deals debit decision decisions demo departments department deposit deposits design
	desk developer developers development diagnostics diary diet digest digital disclosure discount discounts discover
	discussion discussions display dispute disputes diversity docs domain domains donate donation donations draft drafts
	due duties earn earnings easy editorial education eligibility employment engagement enquiries enquiry enrol enroll
	enrollment enrolment entries entry environment equality equipment essentials estimate estimates ethics evaluation
	evaluations event-calendar everything example examples exam exams exchange exclusive exercise exercises experience
	experiences experts explore extension extensions extra extras facilities faculty fact facts faq faqs feature featured
	features fee feedback feeds fees fellowship fellowships field-guide finance finances financial find-us first fitness
	fleet flyer folder folders food for forecast form-builder forms forum forums foundation free frequently friendly from full
	fun fund funding fundraising funds future gallery game games general-information get getting-started gift gifts global
	glossary goal goals govern governance government grade grades graduate graduation green-card guarantee guide guideline
	guidelines guides handbook hardware health healthcare helpdesk helpline help-center help-centre higher highlights hints
	hiring holiday holidays home-page homework hospital hours household housing how how-to hub human hygiene idea ideas
	identity impact implementation important improvement in incentive incentives incident incidents income index inclusion
	increase individual industry industries information initiative initiatives innovation input inquiry insight insights
	inspection inspiration institute instruction instructions instructors insurance integration intelligence interest
	interests international internship internships interview interviews intranet intro introduction inventory invest
	investment investments investors issues items job jobs join joining journal journals kits knowledge
	knowledgebase lab lab-results landing language-settings languages last latest launch layout leaderboard leaderboards
	leadership leads league leagues learn learning leasing leave leave-requests legal lending lesson lessons letter letters
	level levels liability libraries library licence licences license licenses licensing lifestyle linked links lists
	literature live loan loans local location locations locator log login-history logo logos lost lottery lounge machine
	magazine mail mailing mailbox main maintenance make manage management manager managers manual manuals map maps market
	marketing marketplace markets match matches material materials matters measurement media mediation medical medication
	medications medicine medicines meditation meet meeting meetings membership memberships mentor mentoring mentorship menu
	merchandise merchants metrics migrate migration milestone milestones mission mobile mobile-app model models moderation
	moderators modules money monitoring monthly more mortgage most motivation movies multi music name names national near
	nearby need needs network networking networks news newsletter newsletters newsroom next night nomination nominations
	non notice notices number numbers nutrition of offer offering offers office offices official on one online open opening
	openings operations opinion opinions opportunities opportunity opt-in opt-out optional options or order-history ordering
	other our outdoor outreach over own ownership owned package packages packaging pages-list paid panel panels paper papers
	parcel parenting parking part participation partner partners partnership partnerships parts passes pass past path
	paused pay paycheck payment-options payments-history payout payouts payroll payslips peer pension pensions perks
	performance periods personalisation personalization pet-policy pharmacy philosophy photography physical picks picture
	pictures pipeline placement placements planner planning play playbook playground playlist playlists podcast podcasts
	policies policy poll polls pool pools popular portal portals portfolio portfolios position positions post-a-job poster
	practice practices premium preparation prepare presentation presentations press-kit preview pricing print printing
	priorities privileges prize prizes pro problem problems procedure procedures process processing procurement produce
	product products profession professional professionals program programme programmes programs progress project projects
	promotion promotions proof property proposal proposals protection protocol protocols prototype provider providers
	publication publications publish publishing purchase purchases qualification qualifications quality queries question
	questionnaire questionnaires questions queue queues quick-start quit quiz quizzes quote quotes quick-links random
	ranking rankings rate rates reading receipts receive recipe recipes recommendation recommendations recommended
	record recruiting recruitment recruiters recycle redeem reference references refill refills refund refunds region regional
	registration-form regulation regulations rehab related relations release releases relocation remote rental rentals renew
	renewal renewals rental-agreements repair repairs replacement reporting repository request requests requirement
	requirements research reservation reservations residence resource resources response responsibilities responsibility
	restaurant restaurants restore restrictions resume resumes retail retirement return returns-policy revenue
	reward right rights risk risks road-map roadmap rota rotas roster rosters rule rules safe safety salaries salary 	saving savings scan schedule schedules scheduling scholarship scholarships school schools science score scoreboard scores
	screening season seasons seat seats second secure self-service sell selling seminar seminars senior series server servers
	service services set sexual share shared sharing sheet sheets shift shifts shop shopping shops show showcase side
	sign signature signatures simple site sitemap size skill skills sleep slot slots social society software solution
	solutions source space spaces special specials sponsor sponsors sponsorship sports spotlight staffing standard standards
	standings starter startups state-of statement statistics-overview step steps stock stocks storage store stores stories 	strategies strategy stream structure student-life studies studio study style subjects submission submissions submit
	subscribe subscriptions success-stories successes suggestion support-center supplier suppliers supplies supply surgery
	survey surveys sustainability switch-plan symptoms system systems table tables talent talents talks target tariff tariffs
	task tasks tax taxes teaching tech technical technology template templates terminal terms-of-service test testimonial
	testimonials testing tests the theory therapy thesis thread threads ticket tickets time timesheet timesheets timetable
	timetables tip tips title to today tool toolbox toolkit toolkits tools top topic topics tournament tournaments tour tours
	track tracker trade trading traffic training trainings transcript transcripts transition transparency transport travel
	treatment treatments trends trial trials trophies trouble troubleshooting trust tuition tutorial tutorials two type types
	two-factor unit units university unread unsubscribe update updates upcoming urgent usage-history useful user-guide using vacancies
	vacancy vacation vaccination value values vehicles vendor vendors venue venues verified version video videos visit
	visiting vision vision-insurance vote voting voucher vouchers waiting waiting-list waitlist watch watchlist ways web
	webinar webinars website week weekly wellbeing wellness what whats whitepaper whitepapers why widget widgets wiki 	winners winning wishlists with withdraw withdrawal withdrawals witness women word work worker workforce working workout
	workouts workplace works workshop workshops world writing year yearly years your zone
	aid aids allowance allowances amenities anniversary announcement anonymous appeal appeals applying apps architecture archives assign
	available award background barcode bereavement breakfast broadcast broadcasts burnout buyback cabin cafeteria cancelled
	canteen capacity cashback catering checkin check-in check-out children-policy childcare citizenship classified cleaning
	clearance clothing cloud combined commute company-news comparison-table completed concierge connect-account connected convert
	corner country creation criteria customize dates deactivated deadline deadlines debt declaration delegation delegations delete-me
	deliveries demographics dental desktop destinations disability disabled discussion-board dispatch disputed dress-code
	duplicate duplicates e-mail ebooks emergency enabled engage enterprise enterprises entitlements error-log etiquette
	exclusives exhibition exhibitions expenses expiry express failures fantasy fairness fast favorites-list financial-aid
	find-a-job fixtures flexible follow follows formal former forward framework freelance garage gear geography giveaway giveaways
	growth guest-list guidance headquarters hobbies holiday-calendar hotel hotels housekeeping identification illustration
	impersonation imported inactive-list inbound injuries injury insights-report installation interactions interests-list
	intake invitation-codes invited job-board kids language-list late leaderboards-weekly leaver life limited lineup
	links-list loaner login-as look lunch mandatory maternity maternity-leave meal meals mentions messaging meetups meetup
	members-only mine-list mobility month monthly-report movements muted mutual never nights nominees notes-list nursing
	occupancy occupation offboarding old only onsite openings-list operator order-status organisation organisations outage
	overdue overtime packing parental parental-leave parents partial partnering pass-through passport passports paternity
	pathway pathways patterns payable payees pay-slips peer-review pending-list people-search permits perspectives phonebook
	photos-list pickup pick-up pinboard pitch pledge pledges point-of-sale postal potential premises prescription pre-registration
	prevention previous pricing-plans print-badge probation professions property-search prospects provisioning punctuality
	purchase-history qr qr-code radar readers reading-list recall receipt recent-activity recovery recruit recurring refer
	refer-a-friend regions registered related-links relatives removed rename repeat repeat-prescriptions representatives requested
	resale resend resettlement resign resignation respite responsive restricted results-list retention retreat review-queue revoked
	rides roommates royalties royalty sanctions sandbox satisfaction seating seek selected selection self-assessment
	sell-online senior-discount sent sentiment settlement settlements shadowing shareholders shelter shipping-policy sick
	sick-leave sickness sightseeing sleeping social-media sort-code specialisms specialist specialists specialities
	speciality specialties specialty speech spending spend sport squad squads staff-only stages staffroom standby starting
	startup stay stays stipend submitted subordinates substitutes succession super suspended switching table-tennis tasting tax-forms
	team-building teamwork telehealth tenancy tenancy-agreement term test-results third-party thank thanks-for through tickets-list
	time-off toll town townhall transactional transcripts transferred travelling triage turnover tutoring uniform uniforms union
	unlocked unsubscribed unverified upskilling utilities vaccinations vacations validation valuation verified-badge
	veterans view-all visa visas visits-list volunteer volunteering volunteers wages wages-and-hours waiver walkthrough warnings
	warranty warranties weekend weekends weight wellbeing-hub whistleblowing wi-fi wifi wiring workload works-council workspace
	workspaces wrap-up yearbook youth

	ueber-uns abteilungen adresse ansprechpartnerin arbeitszeit arbeitszeiten arztsuche aufgaben ausweis beitrag beitraege
	bescheinigungen besuch bonusprogramm dienstleistungen ehrenamt eintritt elternzeit erstattung fahrzeuge
	familie fundsachen gemeinschaft gesuche heimat hinweise jugend kinder krankmeldung lexikon mahlzeiten merkblatt
	mitmachen newsletter-anmeldung nutzungsbedingungen oeffentlich parken pflege pruefung ratgeber reisekosten
	rueckgabe satzungen senioren sprache sprachen sprechstunde sprechstunden statistik stundenplan treffen vereine vergleich verlauf
	vorsorge vorstand werben wohnung wohnungen zeiten zeiterfassung zertifikate ziele

	a-propos qui-sommes-nous actualites adherer agences aidants annuaires arrets bienvenue bulletins carte cartes
	carrieres certificats club-avantages contactez-nous cotisation cotisations decouvrir echanges etudes
	examens foire-aux-questions fonctionnement galerie-photos historique infos-pratiques mutuelle
	nouveautes-produits ordonnances parcours permis photos-videos plannings points-fidelite presse questions recettes reglement
	resultats salaires soins statuts tableau-de-bord telecharger telechargements trombinoscope vacances vie-privee

	quienes-somos acerca-de asesoria avisos becas bolsa-de-trabajo cancelaciones canjear carnet certificados cobertura colegio
	consultas convocatorias copias credito cuotas cumplimiento domicilio ensenanza entradas entrenamiento especialidades
	examenes ferias fidelizacion firmas formas-de-pago gestion guardados hospitales ingresos jornadas
	laboratorio licencias matricula membresia nomina nominas normas oficina oficinas pacientes-nuevos padron panel
	permisos planes portal-del-empleado preguntas-frecuentes prestamos receta requisitos resumen retiro sucursales
	tarjeta telefonos tramite transferencias transparencia vacaciones vacunas voluntariado

	sobre-nos agendamento agendamentos ajuda-e-suporte aluguel beneficio boleto boletos bolsas cancelamento carteira consultas-medicas
	cobranca cursos-online depoimento devolucao devolucoes duvidas exames extrato ferias fidelidade-e-pontos financeiro
	holerite indique-um-amigo inscrever-se matriculas mensalidade perguntas-frequentes pessoal prontuario receitas
	rastreamento reclamacoes reembolso remuneracao requerimentos treinamento treinamentos vacinas

	lavora-con-noi agenda-visite bandi buste-paga buste certificati circolari concorsi convenzioni cronologia domande
	domande-frequenti esami ferie graduatorie iscriviti mensa orario patente permessi prestazioni premi
	preventivi privato raccolta-punti referti reparti ricevute rubrica saldi sedi statuto tesseramento tirocini visite

	over-ons beschikbaarheid bestelgeschiedenis declaraties functies keuzes loonstroken mijn openingstijden opzeggen
	ouders pasjes roosterwijzigingen salaris samenwerken spreekuren toegang uren vakantie verzekering vrijwilligers
	werken-bij werkrooster ziekmelden
`)

// joinWords may be within the name of a page, and are none alone: how-it-works. So are
// words that are family names, too: small-business.
var joinWords = words(`story journey legacy charity kit green fields day law small short quick smart brand
	early head case child good key link rank sale house stage win post page rooms room kitchen salon prime card
	a an as be can do does get go i is it its it-s my no not off out per so than that this up us via we who you
	an-und auf aus bei das dem den der die ein eine fuer im ins mit nach oder ohne um und von vom wie zu zum zur
	au aux avec ces dans de des du en et la le les leur mes nos notre ou par pour sa ses sur un une vos votre
	con como del e el los las mi mis o para por se sin su sus tu un una y a ao aos com da das do dos na nas no nos os sem sua
	al alla allo che chi come dei del della delle di gli i il in lo nel per tra uno bij een het je naar om op te van voor`)

// pageWordsElsewhere are pageWords of German, French, Spanish, Portuguese, Italian and
// Dutch sites.
var pageWordsElsewhere = words(`
	abonnement abonnements abmelden abrechnung agb aktion aktionen aktuell aktuelles allgemein anfahrt anfrage anfragen
	angebot angebote anleitung anleitungen anmelden anmeldung ansprechpartner antrag arbeit archiv artikel auftrag
	ausbildung auswahl barrierefreiheit bedingungen benachrichtigungen beratung berichte beruf berufe bestellen
	bestellung bestellungen bestellhistorie bewertung bewertungen bewerbung bewerben bibliothek bilder datenschutz daten
	dienste dienstplan dienstplaene dokumente downloads einladen einladung einstellungen empfehlen erfahrungen erfolge
	erfolgsgeschichten ergebnisse ersatzteile fahrplan favoriten filialen formular formulare fortbildung forum
	fragen galerie gehalt geschichte geschichten gesundheit gewinnspiel gruppen gutscheine gutschein handbuch hilfe impressum
	informationen infos jahresbericht kalender karriere kasse katalog kategorien kontakt konditionen konto kosten
	kuendigen kuendigung kundendienst kundenkonto kundenservice kurse leistungen lernen lieferung lieferungen
	liste listen marktplatz medien meldungen merkliste merkzettel mitgliedschaft nachrichten neu neuigkeiten nutzung
	oeffnungszeiten partnerprogramm passwort-vergessen passwort personal plaene praemien preise presse produkte profil
	programm projekte punkte rabatt rabatte rechnung rechnungen registrieren reparatur ruecksendung satzung schichtplan
	schulung schulungen service-center sicherheit sitzung sortiment spenden stellen stellenangebote steuern studium suche
	suchen tarife teilnahme termin termine themen treueprogramm uebersicht umfrage unterlagen urlaub veranstaltungen
	versand vertrag vertraege verwaltung vorteile vorlagen warenkorb weiterbildung werbung willkommen wissen zahlung
	zahlungen zahlungsarten zeugnisse zugang zubehoer

	accueil adhesion adhesions adresses aide annonces annuaire avantages avis boutique brochures cadeaux calendrier
	candidature catalogue chèques commande commandes compte conditions-generales confidentialite conge conges connexion
	conseils contrats cours creer deconnexion demande demandes devis documents donnees droits ecole emploi emplois
	enregistrer envoi equipe espace espace-client evenements factures facture famille favoris fidelite formation formations
	formulaire formulaires fournisseurs gestion guide-pratique horaires identifiant informations inscription inscriptions
	inviter journal livraison livraisons liste-de-souhaits localisation magasins mentions-legales messagerie mes
	modifier mot-de-passe motdepasse nouveau nouveautes nouvelle offres oublie paiement paiements panier parametres
	parrainage partenaires planning plan-de-travail politique prestations prix programme-fidelite promotions questions-reponses
	rapports recherche reclamation reclamations recrutement remboursement remboursements rendez-vous reservations ressources
	retours sante securite services-client soldes souhaits suivi sujets supprimer tarifs temoignages tutoriels ventes

	acceso acerca actividades agregar ajustes anuncios articulos asistencia ayuda bienvenida boletin buscar busqueda
	calendario cambiar carrito catalogo categorias cesta citas comentarios comercio comparar compra compras comunidad
	condiciones configuracion contacto contactos contrasena contratos correo crear cuenta cupones cursos datos derechos
	descuentos descargas devoluciones direcciones documentos editar empleo empleos empresa encuesta encuestas entrar envio
	envios equipo escuela estadisticas estado eventos exito experiencias facturas facturacion favoritos fidelidad formularios
	foro galeria ganancias grupos guia guias historial historias horario horarios idiomas imagenes informacion informes
	ingresar inicio inscripcion inscripciones invitaciones invitar lista listas mensajes metodos-de-pago noticias
	notificaciones novedades nuevo nueva nuevos ofertas olvidada opiniones pago pagos panel-de-control pedido pedidos perfil
	politica precios preferencias preguntas premios prensa privacidad privado productos programas promociones proyectos
	publicaciones puntos recetas reclamaciones recompensas recuperar recursos registrarse registro reportes reservas
	resenas resultados retiros salir salud seguimiento seguridad seguros servicio servicios sesion sobre solicitudes soporte
	suscripcion suscripciones tarifas tarjetas temas terminos testimonios tienda tiendas tramites turnos tutoriales ubicacion
	ventajas ventas videos

	acesso ajuda anuncio assinatura assinaturas atendimento atividades avaliacoes beneficios biblioteca busca cadastro
	carreiras carrinho cartoes compras-recentes conta contato cupom cupons dados depoimentos descontos enderecos entrega
	entregas envios escola faturas ferramentas feriados grupo historico horarios inscricoes loja lojas lista-de-desejos
	minha minhas mensagens meus noticias-recentes notas novidades ofertas-especiais pagamento pagamentos painel perguntas
	pesquisa planos politicas pontos preco precos privacidade produto promocoes recuperar-senha regras relatorios resgate
	saldo saude seguranca senha sobre-nos solicitacoes suporte termos trocas vagas vantagens vendas

	abbonamenti abbonamento accedi accesso agevolazioni aiuto appuntamenti area-riservata assistenza azienda bacheca
	biglietti buoni cambia carrello carriere catalogo-prodotti categorie cerca chi-siamo commenti comunicazioni condizioni
	consegna consegne contatti contratti corsi dati documenti elenco esci fatture fatturazione fedelta formazione gestione
	guida guide impostazioni indirizzi informazioni iscrizione lavora lavoro lezioni libreria listino mercato messaggi
	metodi modifica modulistica moduli negozi negozio newsletter-iscrizione notifiche notizie novita nuovo offerte opinioni
	orari ordini ordine pagamenti pagamento panoramica prenotazioni preferiti prezzi prodotti profilo progetti promozioni punti
	recensioni reclami registrati registrazione regolamento resi ricerca ricette rimborsi risorse scadenze sconti scuola
	segnalazioni servizi servizio sessione sicurezza soci spedizione spedizioni storia storie strumenti supporto tariffe
	tessera tutorials turni vantaggi vendite

	aanbiedingen aanmelden aanvragen abonnementen account-instellingen activiteiten afspraken agenda-overzicht bedrijf
	beoordelingen berichten bestelling bestellingen betalen betaling betalingen bezorging cadeaubonnen contactgegevens
	cursussen diensten documenten facturen favorieten formulieren foto fotos gegevens geschiedenis gezondheid groepen handleiding
	hulp inloggen inschrijven instellingen klantenservice korting kortingen kosten lessen lidmaatschap lijst meldingen
	nieuw nieuws nieuwsbrief onderwerpen opleiding opleidingen overzicht personeel prijzen privacybeleid producten profiel
	punten registreren retourneren rooster roosters ruilen samenwerking spaarpunten tarieven uitloggen uitnodigen vacatures
	veelgestelde veiligheid verhalen verlanglijst verlof verzending voordelen vragen voorwaarden wachtwoord wachtwoord-vergeten
	winkel winkelwagen winkels zoeken zorg
`)

// pageEndings end abstract nouns, in forms that names do not have.
var pageEndings = strings.Fields(`tion tions sions ments ships bility bilities ologies ungen keit keiten heiten schaften
	ciones coes zione zioni`)

// endingNames end in one of pageEndings and are given or family names.
var endingNames = words(`clements purificacion visitation annunciation assumption concepcion asuncion encarnacion`)

// isPage says whether a segment behind a person word is a page of the site.
func isPage(segment string) bool {
	if fixedWords.has(segment) || pageWords.has(segment) || pageWordsElsewhere.has(segment) {
		return true
	}
	words := 0
	for part := range strings.FieldsFuncSeq(segment, isWordDivider) {
		switch {
		case len(part) <= 2 && allDigits(part), joinWords.has(part): // top-10, how-it-works
		case !isPageWord(part):
			return false
		default:
			words++
		}
	}
	return words > 0
}

func isWordDivider(r rune) bool { return r == '-' || r == '_' }

func isPageWord(word string) bool {
	if fixedWords.has(word) || pageWords.has(word) || pageWordsElsewhere.has(word) {
		return true
	}
	for _, e := range pageEndings {
		if len(word) > len(e)+2 && endsInFold(word, e) {
			return !endingNames.has(word)
		}
	}
	return false
}
