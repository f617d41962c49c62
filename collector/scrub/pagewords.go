package scrub

import "strings"

// pageWords are ordinary words that sites name pages with. Behind a person word a
// segment of such words alone is a page (/members/pricing, /customers/case-studies);
// any other names a person. Words that are also given or family names (grace, price,
// baker, may) are not here: a page too few is a row that merges, a name too many is a
// person who is shown.
var pageWords = words(`
	about above academy access accessibility accessories accounting achievements action actions add-ons added addon addons
	admin administration admission admissions advanced advantages advertise advertising advice advisory affiliate affiliates
	after agenda agreement agreements album albums alert alerts all alumni analysis analytics and announcements answers any
	app apparel application applications apply appointment appraisal approval approvals app-store area areas around
	article articles assessment assessments assets assignment assignments assistance associates association at
	attendance auction auctions audience authentication author-guidelines automation autofill availability awards
	back backup badge badges balance banking banner banners base basics before beginners benefit benefits best-practices beta bids
	billing bio biography birthday blacklist block blog blogs board boards body bonus bonuses book booking bookings bookmarks
	books brand brands briefing brochure browse budget budgets bug bugs build builder bulletin bundle bundles business businesses buy buying by
	calculator campaign campaigns campus cancel cancellation cancellations care career careers cart cases case-studies catalog
	catalogue categories category center centre central certificate certificates certification certifications challenge
	challenges change changes channel channels charges charity chart charts chat checklist checklists child children choice
	claim claims class classes classroom click clinic clinical closed club clubs co coaching code codes collection collections
	college commission commissions committee communication communications communities community compare comparison compensation
	competition complaint complaints compliance concerns conditions conduct conference conferences configuration connect
	connection console contact-us content contest contests contract contracts contribute contributions control controls
	convention conversations conversion cookie cookies copyright corporate correspondence council coupon course courses
	coverage create-account creators credentials credit credits crew culture currency curriculum custom
	daily data-protection day days deal deals debit decision decisions demo departments department deposit deposits design
	desk developer developers development diagnostics diary diet digest digital disclosure discount discounts discover
	discussion discussions display dispute disputes diversity docs domain domains donate donation donations draft drafts
	due duties early earn earnings easy editorial education eligibility employment engagement enquiries enquiry enrol enroll
	enrollment enrolment entries entry environment equality equipment essentials estimate estimates ethics evaluation
	evaluations event-calendar everything example examples exam exams exchange exclusive exercise exercises experience
	experiences experts explore extension extensions extra extras facilities faculty fact facts faq faqs feature featured
	features fee feedback feeds fees fellowship fellowships field-guide finance finances financial find-us first fitness
	fleet flyer folder folders food for forecast form-builder forms forum forums foundation free frequently friendly from full
	fun fund funding fundraising funds future gallery game games general-information get getting-started gift gifts global
	glossary goal goals good govern governance government grade grades graduate graduation green-card guarantee guide guideline
	guidelines guides handbook hardware health healthcare helpdesk helpline help-center help-centre higher highlights hints
	hiring holiday holidays home-page homework hospital hours house household housing how how-to hub human hygiene idea ideas
	identity impact implementation important improvement in incentive incentives incident incidents income index inclusion
	increase individual industry industries information initiative initiatives innovation input inquiry insight insights
	inspection inspiration institute instruction instructions instructors insurance integration intelligence interest
	interests international internship internships interview interviews intranet intro introduction inventory invest
	investment investments investors issues items job jobs join joining journal journals journey key kit kits knowledge
	knowledgebase lab lab-results landing language-settings languages last latest launch law layout leaderboard leaderboards
	leadership leads league leagues learn learning leasing leave leave-requests legal lending lesson lessons letter letters
	level levels liability libraries library licence licences license licenses licensing lifestyle link linked links lists
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
	questionnaire questionnaires questions queue queues quick quick-start quit quiz quizzes quote quotes quick-links random
	rank ranking rankings rate rates reading receipts receive recipe recipes recommendation recommendations recommended
	record recruiting recruitment recruiters recycle redeem reference references refill refills refund refunds region regional
	registration-form regulation regulations rehab related relations release releases relocation remote rental rentals renew
	renewal renewals rental-agreements repair repairs replacement reporting repository request requests requirement
	requirements research reservation reservations residence resource resources response responsibilities responsibility
	restaurant restaurants restore restrictions resume resumes retail retirement return returns-policy revenue
	reward right rights risk risks road-map roadmap rooms rota rotas roster rosters rule rules safe safety salaries salary sale
	saving savings scan schedule schedules scheduling scholarship scholarships school schools science score scoreboard scores
	screening season seasons seat seats second secure self-service sell selling seminar seminars senior series server servers
	service services set sexual share shared sharing sheet sheets shift shifts shop shopping shops short show showcase side
	sign signature signatures simple site sitemap size skill skills sleep slot slots small social society software solution
	solutions source space spaces special specials sponsor sponsors sponsorship sports spotlight staffing standard standards
	standings starter startups state-of statement statistics-overview step steps stock stocks storage store stores stories story
	strategies strategy stream structure student-life studies studio study style subjects submission submissions submit
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
	webinar webinars website week weekly wellbeing wellness what whats whitepaper whitepapers why widget widgets wiki win
	winners winning wishlists with withdraw withdrawal withdrawals witness women word work worker workforce working workout
	workouts workplace works workshop workshops world writing year yearly years your zone

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
	if fixedWords.has(segment) || pageWords.has(segment) {
		return true
	}
	words := 0
	for part := range strings.FieldsFuncSeq(segment, isWordDivider) {
		switch {
		case len(part) <= 2 && allDigits(part): // top-10
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
	if fixedWords.has(word) || pageWords.has(word) {
		return true
	}
	for _, e := range pageEndings {
		if len(word) > len(e)+2 && endsInFold(word, e) {
			return !endingNames.has(word)
		}
	}
	return false
}
